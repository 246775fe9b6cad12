import { createHash } from 'node:crypto';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';
import { askWeb, type FileOverHttp, type WebAddress } from './ask-web.ts';

/** Sends a file by `PUT /files/NAME`, as often as it takes. Resolves to its id. */
export async function putFile(web: WebAddress, file: FileOverHttp, options: RetryOptions): Promise<string> {
  const { filename, idempotencyKey, content } = file;
  const question = {
    method: 'PUT',
    path: `/files/${encodeURIComponent(filename)}`,
    headers: { 'idempotency-key': idempotencyKey, ...framing(content) },
    body: content,
  };
  const { headers, body } = await withRetry(() => askWeb(web, question), options);
  const { id, sha256 } = JSON.parse(body) as { id: string; sha256: string };
  const sent = createHash('sha256').update(content).digest('hex');
  const { pathname } = new URL(headers.location ?? '', `http://localhost${question.path}`);
  if (sha256 !== sent || pathname !== `/api/v1/files/${id}`)
    throw new Error(`PUT of ${filename} was answered as if it were another file: ${headers.location} ${body}`);
  return id;
}

/** Half of the files do not tell their length: where such a one ends, only its last chunk says. */
function framing({ length }: Buffer): Record<string, string> {
  return length % 2 === 0 ? { 'content-length': String(length) } : { 'transfer-encoding': 'chunked' };
}

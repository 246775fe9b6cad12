import { type Content, openContent, type Reader } from './content.ts';
import { sha256Of } from './digest.ts';
import type { Http } from './http.ts';
import { isLimitOfProxy } from './retry.ts';
import { uploadInPieces } from './tus.ts';
import { type Described, describe, type Uploaded, type UploadOptions } from './upload-options.ts';

/** @throws FilemillError */
export async function upload(http: Http, content: Content, options: UploadOptions): Promise<Uploaded> {
  const reader = await openContent(content);
  try {
    const described = describe(reader, options);
    const first = await reader.read(described.pieceBytes);
    return first.length < described.pieceBytes
      ? await uploadAtOnce(http, reader, first, described)
      : await uploadInPieces(http, reader, first, described);
  } finally {
    await reader.close();
  }
}

async function uploadAtOnce(
  http: Http,
  reader: Reader,
  body: Uint8Array<ArrayBuffer>,
  described: Described,
): Promise<Uploaded> {
  const { name, path, type, batch, priority, idempotencyKey, onProgress, signal } = described;
  try {
    const receipt = await http.json<Uploaded>({
      method: 'PUT',
      path: `/files/${encodeURIComponent(name)}`,
      query: Object.fromEntries(Object.entries({ path, batch, priority }).filter(([, value]) => value !== '')),
      headers: {
        'content-type': type || 'application/octet-stream',
        'idempotency-key': idempotencyKey,
        ...(await digestHeader(body)),
      },
      body,
      signal,
    });
    onProgress(receipt.size);
    return { id: receipt.id, size: receipt.size };
  } catch (error) {
    if (!isLimitOfProxy(error)) throw error;
    return await uploadInPieces(http, reader, body, described);
  }
}

async function digestHeader(body: Uint8Array<ArrayBuffer>): Promise<Record<string, string>> {
  const sha256 = await sha256Of(body);
  return sha256 === undefined ? {} : { 'repr-digest': `sha-256=:${sha256}:` };
}

import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, resolve, sep } from 'node:path';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { FilemillError } from '#domain/errors.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { FileContent } from '#sdk/upload-content.ts';
import { uploadFile } from '#sdk/upload-file.ts';
import { Citation } from '../schemas.ts';
import { addTool } from '../tool.ts';

/** How long an upload is retried while the server is away. */
const retryMs = 60_000;

interface DiskContext {
  readonly uploads: RpcClient<typeof UploadService>;
  /** Real paths of the folders whose files may be uploaded. */
  readonly roots: readonly string[];
}

/** For a server on the caller's own machine: sends a file of an allowed folder. */
export function uploadFromDisk(server: McpServer, context: DiskContext): void {
  const tool = {
    name: 'upload_file',
    title: 'Upload a file',
    description: `Uploads a file of this machine from ${context.roots.join(' or ')}. Then wait for its id.`,
    input: z.object({ path: z.string().min(1).describe('Absolute, or relative to the first of these folders.') }),
    output: z.object({ id: z.string(), size: z.int(), citation: Citation }),
    annotations: { readOnlyHint: false, idempotentHint: false },
  };
  addTool(server, tool, async ({ path }, { signal, progress }) => {
    await using content = await FileContent.open(await allowedPath(path, context.roots));
    const file = { filename: basename(path), path: '', idempotencyKey: randomUUID(), content };
    const onSent = (bytes: number) => void progress(bytes, content.size).catch(() => undefined);
    const { id, size, sha256 } = await uploadFile(context.uploads, file, { signal, forMs: retryMs, onSent });
    return { id, size: Number(size), citation: { file_id: id, filename: file.filename, sha256, part: null } };
  });
}

/**
 * The real path, so that no link leads out of the roots. A path outside and one that does not exist are refused in the
 * same words: otherwise a model could explore the disk.
 *
 * @throws FilemillError FILE_UNREADABLE
 */
async function allowedPath(path: string, roots: readonly string[]): Promise<string> {
  const real = await realpath(resolve(roots[0] ?? sep, path)).catch(() => undefined);
  if (real !== undefined && roots.some((root) => real.startsWith(root.endsWith(sep) ? root : root + sep))) return real;
  throw new FilemillError('FILE_UNREADABLE', `There is no file ${JSON.stringify(path)} in ${roots.join(' or ')}.`);
}

interface UrlContext {
  /** The base URL of the HTTP API, without a slash at its end. */
  readonly base: string;
}

/** For a server elsewhere: tells where to send the bytes, which are too large for a message of the protocol. */
export function uploadByUrl(server: McpServer, context: UrlContext): void {
  const tool = {
    name: 'upload_file',
    title: 'Upload a file',
    description:
      'Tells where and how to upload a file: send its bytes with the returned request, with your own credentials. The ' +
      'answer to that request has the id of the file, to wait for. Repeating the same request gives the same file.',
    input: z.object({ filename: z.string().min(1).max(255).describe('The name that the file gets.') }),
    output: z.object({
      method: z.literal('PUT'),
      url: z.string(),
      headers: z.record(z.string(), z.string()),
      command: z.string().describe('The same for a shell; FILEMILL_TOKEN must hold your token if one is needed.'),
    }),
    annotations: { readOnlyHint: true },
  };
  addTool(server, tool, async ({ filename }) => {
    const url = `${context.base}/files/${encodeURIComponent(filename)}`;
    const headers = { 'Idempotency-Key': randomUUID() };
    const options = `-H 'Idempotency-Key: ${headers['Idempotency-Key']}' -H "Authorization: Bearer $FILEMILL_TOKEN"`;
    return {
      method: 'PUT' as const,
      url,
      headers,
      command: `curl --fail-with-body -T FILE ${options} ${inQuotes(url)}`,
    };
  });
}

/** For a POSIX shell; encodeURIComponent leaves quotes as they are. */
function inQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

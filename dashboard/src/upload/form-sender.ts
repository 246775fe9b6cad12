import type { Json } from '#contract/schemas.ts';
import { parsed, Refusal, refusalOf } from '../api.ts';
import { sendBody } from './send-body.ts';
import { newKey, type SenderOptions } from './sender.ts';

/** The id under which a file is kept, or why it is not. */
export type Outcome = string | Refusal;

/** A form costs one request for all of these; a larger file is worth a request of its own. */
export const most = { files: 250, bytes: 1_000_000, bytesOfFile: 64 * 2 ** 10 } as const;

/** Whether a file is so small that it goes with others, which takes no time that a progress bar could show. */
export function mayShareForm({ size }: File): boolean {
  return size <= most.bytesOfFile;
}

/** An upper bound for what a file adds to a form. */
export function bytesInForm({ file, path }: SenderOptions): number {
  return file.size + 3 * 3 * path.length + 512;
}

/**
 * Sends small files in one request; answers what became of each, in their order. The form is written here: of files in a
 * `FormData`, Chromium asks another process for each, while the page waits, and their names would not be exact.
 *
 * @param onProgress receives the part of the form that is sent, from 0 to 1
 * @throws Refusal when nothing is known of the files, as the answer is not that of Filemill, or lost
 */
export async function sendForm(
  files: readonly SenderOptions[],
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<readonly Outcome[]> {
  const boundary = `filemill-${newKey()}`;
  const message = {
    method: 'POST',
    path: 'api/v1/files',
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: new Blob([...files.flatMap((file) => partsOf(file, boundary)), `--${boundary}--\r\n`]),
  } as const;
  const { status, text } = await sendBody(message, signal, ({ loaded, total }) => onProgress(loaded / total));
  // A form of which nothing was kept is answered by a problem, which tells of each file all the same.
  const told = parsed<Partial<Json<'Uploads'>>>(text)?.files;
  if (told?.length !== files.length) throw refusalOf(status, text);
  return told.map((one) => ('id' in one ? one.id : new Refusal(one.problem)));
}

/** The key of a file is a field before it. `filename*` (RFC 8187) can say every name exactly. */
function partsOf({ file, path, key }: SenderOptions, boundary: string): readonly BlobPart[] {
  const field = `--${boundary}\r\nContent-Disposition: form-data; name="Idempotency-Key"\r\n\r\n${key}\r\n`;
  const disposition = `Content-Disposition: form-data; name="file"; filename*=UTF-8''${extendedValue(path)}`;
  const type = file.type === '' ? 'application/octet-stream' : file.type;
  return [`${field}--${boundary}\r\n${disposition}\r\nContent-Type: ${type}\r\n\r\n`, file, '\r\n'];
}

function extendedValue(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16)}`,
  );
}

import type { Readable } from 'node:stream';
import { StreamContent } from './stream-content.ts';
import { FileContent, type UploadContent } from './upload-content.ts';
import { maxWholeBytes } from './upload-stream.ts';

/**
 * The content of a file; one whose size is not what it says is read like a pipe, as curl does.
 *
 * @throws FilemillError FILE_UNREADABLE, NOT_A_FILE
 */
export async function openContent(path: string | Buffer, signal: AbortSignal): Promise<UploadContent> {
  await using opening = new AsyncDisposableStack();
  const file = opening.use(await FileContent.open(path));
  const content = (await file.hasTrueSize()) ? file : await openPipe(file.stream(), signal);
  opening.move();
  return content;
}

/** What can be read once: where it is small, its size is known when this resolves. */
export async function openPipe(input: Readable, signal: AbortSignal): Promise<UploadContent> {
  return await StreamContent.open(input, signal, maxWholeBytes + 1);
}

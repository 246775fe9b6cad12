import { FilemillError } from '#domain/errors.ts';
import type { UploadFileRequest, UploadMetadata } from '#gen/filemill/v1/upload_service_pb.ts';
import { Content, type ContentOptions } from './content.ts';
import { readSha256 } from './declaration.ts';
import { giveBack } from './give-back.ts';

type Messages = AsyncIterator<UploadFileRequest, void>;

/** @throws FilemillError METADATA_MISSING */
export async function receiveMetadata(messages: Messages): Promise<UploadMetadata> {
  const { value: first } = await messages.next();
  if (first?.part.case !== 'metadata') throw new FilemillError('METADATA_MISSING');
  return first.part.value;
}

/** Bytes of the file that a message carries. */
export function contentBytes({ part }: UploadFileRequest): number {
  return part.case === 'chunk' ? part.value.length : 0;
}

/**
 * Receives the rest of the stream and checks it against what was declared. Answers with the verified SHA-256, or
 * null when none was declared.
 *
 * @throws FilemillError METADATA_REPEATED, FILE_TOO_LARGE, SIZE_MISMATCH, CHECKSUM_MISMATCH,
 *   REQUEST_INVALID or DISK_FULL
 */
export async function receiveContent(messages: Messages, options: ContentOptions): Promise<string | null> {
  const content = new Content(options);
  let closing: string | null = null;
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    const { part } = next.value;
    if (closing !== null || part.case === 'metadata') throw new FilemillError('METADATA_REPEATED');
    if (part.case === 'closing') closing = readSha256(part.value.sha256);
    else if (part.case === 'chunk') await takeOver(content, part.value);
    else throw new FilemillError('REQUEST_INVALID', 'A message held neither metadata nor chunk nor closing.');
  }
  if (options.declared.sha256AtClose && closing === null)
    throw new FilemillError('REQUEST_INVALID', 'The closing message that sha256_at_close announced did not come.');
  return await content.verify(closing ?? '');
}

async function takeOver(content: Content, chunk: Uint8Array): Promise<void> {
  await content.take(chunk);
  giveBack(chunk);
}

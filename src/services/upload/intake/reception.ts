import { FilemillError } from '#domain/errors.ts';
import type { UploadFileRequest, UploadMetadata } from '#gen/filemill/v1/upload_service_pb.ts';
import { Content, type ContentOptions } from './content.ts';
import { readSha256 } from './declaration.ts';

/** @throws FilemillError METADATA_MISSING */
export async function receiveMetadata(messages: AsyncIterator<UploadFileRequest, void>): Promise<UploadMetadata> {
  const { value: first } = await messages.next();
  if (first?.part.case !== 'metadata') throw new FilemillError('METADATA_MISSING');
  return first.part.value;
}

/** A message of a stream that carries one file: its start, then chunks, then perhaps a closing. */
interface PartMessage {
  readonly part:
    | { readonly case: 'metadata' | 'start'; readonly value: unknown }
    | { readonly case: 'chunk'; readonly value: Uint8Array }
    | { readonly case: 'closing'; readonly value: { readonly sha256: string } }
    | { readonly case: undefined };
}

export function contentBytes({ part }: PartMessage): number {
  return part.case === 'chunk' ? part.value.length : 0;
}

/**
 * Receives the chunks and the closing. Answers with the SHA-256 of the closing, or null when none came.
 *
 * @throws FilemillError METADATA_REPEATED or REQUEST_INVALID
 */
export async function receiveParts(
  messages: AsyncIterable<PartMessage>,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<string | null> {
  let closing: string | null = null;
  for await (const { part } of messages) {
    if (closing !== null || part.case === 'metadata' || part.case === 'start')
      throw new FilemillError('METADATA_REPEATED');
    if (part.case === 'closing') closing = readSha256(part.value.sha256);
    else if (part.case === 'chunk') await take(part.value);
    else throw new FilemillError('REQUEST_INVALID', 'A message held neither chunk nor closing.');
  }
  return closing;
}

/**
 * Receives the content and checks it against its declaration. Answers with the verified SHA-256, or null when none was
 * declared.
 *
 * @throws FilemillError METADATA_REPEATED, FILE_TOO_LARGE, SIZE_MISMATCH, CHECKSUM_MISMATCH, REQUEST_INVALID or
 *   DISK_FULL
 */
export async function receiveContent(
  messages: AsyncIterable<UploadFileRequest>,
  options: ContentOptions,
): Promise<string | null> {
  const content = new Content(options);
  const closing = await receiveParts(messages, (chunk) => takeOver(content, chunk));
  if (options.declared.sha256AtClose && closing === null)
    throw new FilemillError('REQUEST_INVALID', 'The closing message that `sha256_at_close` announced is missing.');
  return await content.verify(closing ?? '');
}

async function takeOver(content: Content, chunk: Uint8Array): Promise<void> {
  await content.take(chunk);
  freeChunk(chunk);
}

/** A chunk that fills this share of its buffer is alone in it: the rest is message framing. */
const nearlyAll = 0.9;

/**
 * Frees the buffer of a chunk that is no longer used. It lies outside the heap of the garbage collector, which would
 * notice it much later (docs/adr/0017-how-node-runs-a-service.md).
 */
export function freeChunk({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength > nearlyAll * buffer.byteLength) buffer.transfer(0);
}

import { createHash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';
import type { BlobHandle, BlobReader, ByteRange } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';

/** Few chunks wait in memory for a client that reads slowly, so that many such clients fit. */
const chunkBytes = 64 * 1024;

/** What is known about the bytes of a file. */
export interface Expected {
  readonly storageKey: string;
  readonly size: number;
  /** 64 hex digits, or empty. */
  readonly sha256: string;
}

/** The bytes of a file, open for reading. */
export interface StoredContent extends AsyncDisposable {
  /** @throws FilemillError BLOB_DAMAGED in place of the last chunk, or earlier */
  chunks(range: ByteRange): AsyncIterable<Uint8Array>;
}

/** Opens the bytes of a file and keeps them, even if it is deleted meanwhile. @throws FilemillError BLOB_MISSING, BLOB_DAMAGED */
export async function openContent(blobs: BlobReader, expected: Expected): Promise<StoredContent> {
  try {
    await using opening = new AsyncDisposableStack();
    const blob = opening.use(await blobs.open(expected.storageKey));
    if (blob.size !== expected.size) throw damaged(`${blob.size} of ${expected.size} bytes are stored`);
    const packed = blob.local?.crc32c;
    if (packed !== undefined) return inMemory(await readWhole(blob, packed), expected);
    // A first read opens the file.
    await blob.read(0, Buffer.alloc(0));
    opening.move();
    return { chunks: (range) => read(blob, range, expected), [Symbol.asyncDispose]: () => blob[Symbol.asyncDispose]() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new FilemillError('BLOB_MISSING', undefined, { cause: error });
  }
}

/** A blob in a segment is small. Its removal overwrites it in place, so it is checked as a whole before a byte is sent. */
async function readWhole(blob: BlobHandle, sum: number): Promise<Buffer> {
  const content = Buffer.alloc(blob.size);
  const filled = await blob.read(0, content);
  if (filled < content.length || crc32c(content) !== sum) throw damaged('their checksum is another');
  return content;
}

function inMemory(content: Buffer, expected: Expected): StoredContent {
  const blob: Pick<BlobHandle, 'read'> = {
    read: async (offset, into) => content.copy(into, 0, offset, offset + into.length),
  };
  return { chunks: (range) => read(blob, range, expected), [Symbol.asyncDispose]: async () => undefined };
}

async function* read(
  blob: Pick<BlobHandle, 'read'>,
  { offset, length }: ByteRange,
  { size, sha256 }: Expected,
): AsyncGenerator<Uint8Array> {
  const hash = offset === 0 && length === size && sha256 !== '' ? createHash('sha256') : undefined;
  for (let sent = 0; sent < length; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, length - sent));
    const filled = await blob.read(offset + sent, chunk);
    if (filled < chunk.length) throw damaged(`they end at byte ${offset + sent + filled}`);
    hash?.update(chunk);
    sent += filled;
    if (sent === length && hash !== undefined && hash.digest('hex') !== sha256)
      throw damaged('their SHA-256 is another');
    yield chunk;
  }
}

function damaged(how: string): FilemillError {
  return new FilemillError('BLOB_DAMAGED', `The stored bytes are not the bytes that were kept: ${how}.`);
}

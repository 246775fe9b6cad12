import { headBytes } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
// The type only: the tests of the layers use this.
import type { BinarySample } from '../../src/analysis/identify/binary/binary-sample.ts';

/** What the layers of identification get for a file of these bytes. */
export function binarySampleOf(content: Uint8Array, extension = ''): BinarySample {
  const bytes = Buffer.from(content);
  const blob: BlobHandle = {
    size: bytes.length,
    read: async (offset, into) => bytes.copy(into, 0, offset),
    [Symbol.asyncDispose]: async () => {},
  };
  const filename = extension === '' ? 'file' : `file.${extension}`;
  return { blob, head: bytes.subarray(0, headBytes), size: bytes.length, extension, filename };
}

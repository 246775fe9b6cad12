import type { BlobHandle } from '#domain/blob-store.ts';

/** A file that is not text, as far as its type is asked for. */
export interface BinarySample {
  readonly blob: BlobHandle;
  readonly head: Buffer;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Lower case, without the dot. */
  readonly extension: string;
}

/** The last bytes of a file, for formats that sign there. */
export async function tailOf({ blob, head, size }: BinarySample, length: number): Promise<Buffer> {
  const from = Math.max(0, size - length);
  if (head.length === size) return head.subarray(from);
  const tail = Buffer.alloc(size - from);
  return tail.subarray(0, await blob.read(from, tail));
}

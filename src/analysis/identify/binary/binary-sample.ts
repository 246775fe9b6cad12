import type { BlobHandle } from '#domain/blob-store.ts';

/** The parts of a binary file that decide its type. */
export interface BinarySample {
  readonly blob: BlobHandle;
  readonly head: Buffer;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Lower case, without the dot. */
  readonly extension: string;
  readonly filename: string;
}

/** The last bytes of a file, where some formats have their signature. */
export async function tailOf({ blob, head, size }: BinarySample, length: number): Promise<Buffer> {
  const from = Math.max(0, size - length);
  if (head.length === size) return head.subarray(from);
  const tail = Buffer.alloc(size - from);
  return tail.subarray(0, await blob.read(from, tail));
}

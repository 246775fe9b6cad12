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
export async function tailOf(sample: BinarySample, length: number): Promise<Buffer> {
  const from = Math.max(0, sample.size - length);
  return await bytesAt(sample, from, sample.size - from);
}

/** Bytes at any position; fewer at the end of the file. */
export async function bytesAt({ blob, head, size }: BinarySample, at: number, length: number): Promise<Buffer> {
  const end = Math.min(at + length, size);
  if (!Number.isSafeInteger(at) || at < 0 || at >= end) return Buffer.alloc(0);
  if (end <= head.length) return head.subarray(at, end);
  const bytes = Buffer.alloc(end - at);
  return bytes.subarray(0, await blob.read(at, bytes));
}

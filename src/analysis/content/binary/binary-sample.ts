import { open } from 'node:fs/promises';
import type { ByteRange } from '#domain/analysis.ts';

/** A file that is not text, as far as its type is asked for. */
export interface BinarySample {
  readonly path: string;
  /** Of the file at `path`, when it is not all of it. */
  readonly range: ByteRange | undefined;
  readonly head: Buffer;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Lower case, without the dot. */
  readonly extension: string;
}

/** The last bytes of a file, for formats that sign there. */
export async function tailOf({ path, range, head, size }: BinarySample, length: number): Promise<Buffer> {
  const from = Math.max(0, size - length);
  if (head.length === size) return head.subarray(from);
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read({
    buffer: Buffer.alloc(size - from),
    position: (range?.offset ?? 0) + from,
  });
  return buffer.subarray(0, bytesRead);
}

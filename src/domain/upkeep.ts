import type { Blob } from './blob-store.ts';

/** The upkeep of a volume: its free space, and leftovers. A store without a volume has none. */
export interface VolumeUpkeep {
  /** The committed blobs that were finished before `before`, in batches of at most 1,000. */
  finishedBefore(before: Date): AsyncIterable<readonly Blob[]>;
  /** Deletes staged blobs that were last written before `before`, and returns their number. */
  sweepStaging(before: Date): Promise<number>;
  /** Bytes left for new blobs; `Number.MAX_SAFE_INTEGER` if the volume does not report them. */
  freeBytes(): Promise<number>;
  /** Bytes of the whole volume; undefined if it does not report them. */
  totalBytes(): Promise<number | undefined>;
  /** Live blobs in files that hold mostly removed ones, in batches of at most 1,000. */
  wasteful(): AsyncIterable<readonly Blob[]>;
  /** Copies a blob durably, and returns the key of the copy. */
  copy(blob: Blob): Promise<string>;
}

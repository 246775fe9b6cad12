import type { Blob } from './blob-store.ts';

/** What a volume needs beyond keeping blobs: its room, and what was left behind. A store without a volume has none. */
export interface VolumeUpkeep {
  /** The committed blobs that were finished before `before`, at most 1,000 a batch. */
  finishedBefore(before: Date): AsyncIterable<readonly Blob[]>;
  /** Deletes staged blobs last written before `before` and says how many. */
  sweepStaging(before: Date): Promise<number>;
  /** Bytes left on the volume for new blobs; a number beyond any volume where nobody knows. */
  freeBytes(): Promise<number>;
  /** Bytes of the whole volume; undefined where nobody knows. */
  totalBytes(): Promise<number | undefined>;
  /** Blobs that keep the room of removed ones from being used again, at most 1,000 a batch. */
  wasteful(): AsyncIterable<readonly Blob[]>;
  /** Keeps the same bytes a second time, durably; answers with the key of the copy. */
  copy(blob: Blob): Promise<string>;
}

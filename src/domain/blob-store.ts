/**
 * Where bytes rest. Storage keys are opaque to everyone else. A blob's id is a UUIDv7, so that the moment at
 * which it was finished can be read from it; it becomes the id of the file that is registered for it.
 */
export interface BlobStore {
  /**
   * Opens a staged blob, invisible until it is committed.
   *
   * @throws FilemillError DISK_FULL
   */
  stage(): Promise<StagedBlob>;
  /**
   * Keeps each of these contents, durably, in their order: what `stage`, `write` and `commit` do for a larger one.
   * Takes them over: their bytes must not change any more. When it rejects nothing is kept.
   *
   * @throws FilemillError DISK_FULL
   */
  keep(contents: readonly Uint8Array[]): Promise<readonly Blob[]>;
  /** Removes a committed blob; removing it again is no error. */
  remove(storageKey: string): Promise<void>;
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

/** A committed blob. */
export interface Blob {
  readonly id: string;
  readonly storageKey: string;
}

/** One blob on its way in: `commit` keeps it; disposing of it without a commit discards it. */
export interface StagedBlob extends AsyncDisposable {
  /** Bytes written so far. */
  readonly size: number;
  /**
   * Has no more use for the chunk when it resolves.
   *
   * @throws FilemillError DISK_FULL
   */
  write(chunk: Uint8Array): Promise<void>;
  /** The SHA-256 of what was written, as 64 lower-case hex digits. */
  sha256(): Promise<string>;
  /**
   * Makes the bytes durable under a fresh id; when this returns they survive a power cut.
   * When it rejects nothing is kept.
   *
   * @throws FilemillError DISK_FULL
   */
  commit(): Promise<Blob>;
  /** Leaves nothing behind. Does nothing the second time, nor after a commit. */
  discard(): Promise<void>;
}

/** A worker's view of the blobs: read only. */
export interface BlobReader {
  /**
   * Where an analysis thread can read the blob itself. Does not look whether it is there.
   *
   * @throws FilemillError BLOB_MISSING when no blob can have this key
   */
  locate(storageKey: string): BlobLocation;
}

export interface BlobLocation {
  readonly path: string;
  /** Bytes; the whole file when absent. */
  readonly range?: { readonly offset: number; readonly length: number };
  /** Of these bytes (RFC 3720, appendix B.4), when the store knows it. */
  readonly crc32c?: number;
}

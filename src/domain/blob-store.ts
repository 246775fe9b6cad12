/**
 * Where bytes rest. Storage keys are opaque to everyone else; they are UUIDv7, so that the moment a
 * blob was finished can be read from its key.
 */
export interface BlobStore {
  /**
   * Opens a staged blob, invisible until it is committed.
   *
   * @throws FilemillError DISK_FULL
   */
  stage(): Promise<StagedBlob>;
  /** Removes a committed blob; removing it again is no error. */
  remove(storageKey: string): Promise<void>;
  /** The committed keys that were minted before `before`, at most 1,000 a batch. */
  keysMintedBefore(before: Date): AsyncIterable<readonly string[]>;
  /** Deletes staged blobs last written before `before` and says how many. */
  sweepStaging(before: Date): Promise<number>;
  /** Bytes left on the volume for new blobs. */
  freeBytes(): Promise<number>;
}

/** One blob on its way in: `commit` keeps it; disposing of it without a commit discards it. */
export interface StagedBlob extends AsyncDisposable {
  /** Bytes written so far. */
  readonly size: number;
  /** @throws FilemillError DISK_FULL */
  write(chunk: Uint8Array): Promise<void>;
  /** The SHA-256 of what was written, read back from the volume, as 64 lower-case hex digits. */
  sha256(): Promise<string>;
  /**
   * Makes the bytes durable under a fresh storage key; when this returns they survive a power cut.
   * When it rejects nothing is kept.
   *
   * @throws FilemillError DISK_FULL
   */
  commit(): Promise<string>;
  /** Leaves nothing behind. Does nothing the second time, nor after a commit. */
  discard(): Promise<void>;
}

/** A worker's view of the blobs: read only. */
export interface BlobReader {
  /**
   * Where an analysis thread can open the blob itself: a path, and the range within it. Does not look
   * whether it is there.
   *
   * @throws FilemillError BLOB_MISSING when no blob can have this key
   */
  locate(storageKey: string): BlobLocation;
}

export interface BlobLocation {
  readonly path: string;
}

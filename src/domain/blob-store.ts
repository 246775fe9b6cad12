/**
 * Where bytes rest. Storage keys are opaque to everyone else; they are UUIDv7, so that the moment a
 * blob was finished can be read from its key.
 */
export interface BlobStore {
  /** Opens a staged blob, invisible until it is committed. */
  stage(): Promise<StagedBlob>;
  /** Removes a committed blob; removing it again is no error. */
  remove(storageKey: string): Promise<void>;
  /** The committed keys that were minted before `before`, in batches. */
  keysMintedBefore(before: Date): AsyncIterable<readonly string[]>;
  /** Deletes staged blobs last written before `before` and says how many. */
  sweepStaging(before: Date): Promise<number>;
  /** Bytes left on the volume for new blobs. */
  freeBytes(): Promise<number>;
}

/** One blob on its way in. Exactly one of `commit` and `discard` ends it. */
export interface StagedBlob {
  /** Bytes written so far. */
  readonly size: number;
  /** @throws FilemillError DISK_FULL */
  write(chunk: Uint8Array): Promise<void>;
  /** The SHA-256 of what was written, read back from the volume. */
  sha256(): Promise<string>;
  /** Makes the bytes durable under a fresh storage key; when this returns they survive a power cut. */
  commit(): Promise<string>;
  discard(): Promise<void>;
}

/** A worker's view of the blobs: read only. */
export interface BlobReader {
  /** Where an analysis thread can open the blob itself: a path, and the range within it. */
  locate(storageKey: string): BlobLocation;
}

export interface BlobLocation {
  readonly path: string;
}

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
  /** @throws FilemillError BLOB_MISSING when there is no such blob, or none can have this key */
  open(storageKey: string): Promise<BlobHandle>;
}

/** A blob that can be read from anywhere in it, whatever store it is in. */
export interface BlobHandle extends AsyncDisposable {
  /** Bytes. */
  readonly size: number;
  /** Fills `into` with the bytes from `offset` on and says how many they were: fewer only where the blob ends. */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** Where a thread of the same machine reads these bytes faster by itself. Not every store has such a place. */
  readonly local?: LocalBytes;
}

export interface LocalBytes {
  readonly path: string;
  /** The whole file when absent. */
  readonly range?: ByteRange | undefined;
  /** Of these bytes (RFC 3720, appendix B.4), when the store knows it. */
  readonly crc32c?: number | undefined;
}

/** In bytes. What lies beyond the end of the file is not there. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

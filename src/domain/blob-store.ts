/**
 * The store of all bytes. Storage keys are opaque to its callers. The id of a blob is a UUIDv7, which shows when the blob
 * was finished, and becomes the id of the file that is registered for it.
 */
export interface BlobStore {
  /**
   * Opens a staged blob, which is invisible until it is committed.
   *
   * @throws FilemillError DISK_FULL
   */
  stage(options?: StageOptions): Promise<StagedBlob>;
  /**
   * Keeps small contents durably, in order: a shortcut for `stage`, `write` and `commit`. The bytes must not change any
   * more. When it rejects, nothing is kept.
   *
   * @throws FilemillError DISK_FULL
   */
  keep(contents: readonly Uint8Array[]): Promise<readonly Blob[]>;
  /** Removes a committed blob. May be repeated. */
  remove(storageKey: string): Promise<void>;
}

export interface StageOptions {
  /**
   * The id of an earlier blob with the same bytes, in whatever store: the new blob has that id too, and a key that no blob
   * ever had. By default the id is new.
   */
  readonly copyOf?: string | undefined;
  /** The SHA-256 will be asked for, so it is computed while the bytes come. Otherwise they may have to be read for it. */
  readonly hashed?: boolean | undefined;
}

/** A committed blob. */
export interface Blob {
  readonly id: string;
  readonly storageKey: string;
}

/** A blob that is being received: `commit` keeps it; disposing of it without a commit discards it. */
export interface StagedBlob extends AsyncDisposable {
  /** Bytes written so far. */
  readonly size: number;
  /** The caller may reuse the chunk when this resolves. @throws FilemillError DISK_FULL */
  write(chunk: Uint8Array): Promise<void>;
  /** The SHA-256 of the bytes so far, as 64 lower-case hex digits. */
  sha256(): Promise<string>;
  /**
   * Keeps the bytes under a new key; they survive a power cut when this returns. When it rejects, nothing is kept.
   *
   * @throws FilemillError DISK_FULL
   */
  commit(): Promise<Blob>;
  /** Removes all bytes. Does nothing the second time or after a commit. */
  discard(): Promise<void>;
}

/** Read-only access to blobs, for workers. */
export interface BlobReader {
  /** @throws FilemillError BLOB_MISSING when there is no such blob, or none can have this key */
  open(storageKey: string): Promise<BlobHandle>;
}

/** Tells threads of this machine where bytes are that they can read by themselves. */
export interface BlobLocator {
  /**
   * Undefined for a blob that must be opened. Does not check that the blob exists.
   *
   * @throws FilemillError BLOB_MISSING when none can have this key
   */
  locate(storageKey: string): LocalBytes | undefined;
}

/** A blob that can be read at any position, whatever store it is in. */
export interface BlobHandle extends AsyncDisposable {
  /** Bytes. */
  readonly size: number;
  /** Fills `into` with the bytes from `offset` on, and returns their number: less than asked for only at the end. */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** A local file in which a thread can read these bytes faster by itself, if the store has one. */
  readonly local?: LocalBytes;
}

export interface LocalBytes {
  readonly path: string;
  /** The whole file when absent. */
  readonly range?: ByteRange | undefined;
  /** The checksum of these bytes (RFC 3720, appendix B.4), if the store knows it. */
  readonly crc32c?: number | undefined;
}

/** A range in bytes, which may reach beyond the end of the file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

import type { Blob } from './blob-store.ts';

/**
 * Blobs that are received over several calls. Every process that shares the volume can continue one; callers ensure that
 * only one does so at a time. Each blob has a note, in which callers keep what it is to become.
 */
export interface PartialBlobStore {
  /**
   * Creates an empty blob, which survives a power cut with its note when this returns, in place of any blob with this id.
   *
   * @param id a UUID; a new one by default
   * @returns the id
   * @throws FilemillError DISK_FULL
   */
  begin(note: string, id?: string): Promise<string>;
  /** The state of a blob; undefined if there is none, even if `id` is malformed. */
  find(id: string): Promise<PartialBlobState | undefined>;
  /**
   * Continues a blob that `find` has found.
   *
   * @param options `hashed`: the SHA-256 will be needed, so a running hash is worth keeping
   * @throws FilemillError UPLOAD_NOT_FOUND
   */
  open(id: string, options: { readonly hashed: boolean }): Promise<PartialBlob>;
  /** Replaces the note, durably. @throws FilemillError DISK_FULL */
  note(id: string, note: string): Promise<void>;
  /** Removes the bytes and keeps this note, durably. May be repeated. */
  end(id: string, note: string): Promise<void>;
  /** Removes the blob and its note. May be repeated. */
  remove(id: string): Promise<void>;
  /** The ids of the blobs that were last written before `before`. */
  writtenBefore(before: Date): AsyncIterable<string>;
  /** The blobs that have not ended. */
  unfinished(): AsyncIterable<UnfinishedBlob>;
}

export interface UnfinishedBlob {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** When bytes were last written, by the clock of the file system. */
  readonly writtenAt: Date;
}

export interface PartialBlobState {
  /** Bytes; null once they were removed. */
  readonly size: number | null;
  readonly note: string;
  /** When the bytes or the note were last written, by the clock of the file system. */
  readonly writtenAt: Date;
}

/** A partial blob, open at its end. Written bytes stay, even without `sync` and after disposal. */
export interface PartialBlob extends AsyncDisposable {
  /** Bytes. */
  readonly size: number;
  /** The caller may reuse the chunk when this resolves. @throws FilemillError DISK_FULL */
  write(chunk: Uint8Array): Promise<void>;
  /** Removes all bytes from this one on. */
  truncate(size: number): Promise<void>;
  /** Makes all bytes durable. */
  sync(): Promise<void>;
  /** The SHA-256 of all bytes, as 64 lower-case hex digits. */
  sha256(): Promise<string>;
  /**
   * Makes a durable blob of these bytes, which must be synced. The partial blob stays. May be repeated, which makes another
   * blob or returns the recent one. When it rejects, nothing new is kept.
   */
  commit(): Promise<Blob>;
}

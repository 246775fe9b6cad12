import type { Blob } from './blob-store.ts';

/**
 * Blobs that come in over several calls. Every process that shares the volume can go on with one, and only one at a
 * time may: its callers see to that. Each has a note, which tells its callers what it is to become.
 */
export interface PartialBlobStore {
  /**
   * Makes an empty one; it and its note survive a power cut when this returns. Whatever there was under its id is gone.
   *
   * @param id a UUID; a fresh one unless told otherwise
   * @returns the id
   * @throws FilemillError DISK_FULL
   */
  begin(note: string, id?: string): Promise<string>;
  /** undefined when there is none, whatever the text. */
  find(id: string): Promise<PartialBlobState | undefined>;
  /**
   * To go on with one that `find` has found.
   *
   * @param options `hashed`: its SHA-256 will be asked for, so that it is worth keeping while it grows
   * @throws FilemillError UPLOAD_NOT_FOUND
   */
  open(id: string, options: { readonly hashed: boolean }): Promise<PartialBlob>;
  /** Replaces the note, durably. @throws FilemillError DISK_FULL */
  note(id: string, note: string): Promise<void>;
  /** Lets go of the bytes and keeps this note, durably. May be repeated. */
  end(id: string, note: string): Promise<void>;
  /** Leaves nothing behind. May be repeated. */
  remove(id: string): Promise<void>;
  /** The ids of those that were last written to before `before`. */
  writtenBefore(before: Date): AsyncIterable<string>;
  /** Those that have not ended. */
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
  /** Bytes; null once they were let go. */
  readonly size: number | null;
  readonly note: string;
  /** Of bytes or of the note, by the clock of the file system. */
  readonly writtenAt: Date;
}

/** One of them, open at its end. What was written stays written, also without `sync` and after disposing of it. */
export interface PartialBlob extends AsyncDisposable {
  /** Bytes. */
  readonly size: number;
  /**
   * Has no more use for the chunk when it resolves.
   *
   * @throws FilemillError DISK_FULL
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Takes back all from this byte on. */
  truncate(size: number): Promise<void>;
  /** Makes all bytes durable. */
  sync(): Promise<void>;
  /** Of all bytes, as 64 lower-case hex digits. */
  sha256(): Promise<string>;
  /**
   * Makes a blob of these bytes, which must be synced; it is durable when this returns. The partial one stays. May be
   * repeated: that makes another blob, or answers with the one of a moment ago. When it rejects nothing new is kept.
   */
  commit(): Promise<Blob>;
}

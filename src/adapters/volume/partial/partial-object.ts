import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Blob } from '#domain/blob-store.ts';
import type { PartialBlob } from '#domain/partial-blob.ts';
import { diskError, hashOf, writeFully } from '../objects/durable.ts';
import { nameObject, type UploadedBytes } from '../objects/object-name.ts';

export interface PartialObjectOptions extends UploadedBytes {
  readonly id: string;
}

/** A file in `resumable/`, open at its end for one of the calls that fill it. */
export class PartialObject implements PartialBlob {
  readonly #file: FileHandle;
  readonly #options: PartialObjectOptions;
  readonly #hashes: RunningHashes | undefined;
  /** The hash of all bytes; undefined if they would have to be read. */
  #hash: Hash | undefined;
  #size: number;

  /** @param hashes holds the hash of the bytes so far between calls; absent if the hash is not needed */
  static async open(
    file: FileHandle,
    options: PartialObjectOptions,
    hashes: RunningHashes | undefined,
  ): Promise<PartialObject> {
    const { size, mtimeMs } = await file.stat();
    const known = hashes?.take(options.id, { size, mtimeMs });
    const hash = hashes !== undefined && size === 0 ? createHash('sha256') : known;
    return new PartialObject(file, options, { size, hash, hashes });
  }

  private constructor(
    file: FileHandle,
    options: PartialObjectOptions,
    content: { size: number; hash: Hash | undefined; hashes: RunningHashes | undefined },
  ) {
    this.#file = file;
    this.#options = options;
    this.#size = content.size;
    this.#hash = content.hash;
    this.#hashes = content.hashes;
  }

  get size(): number {
    return this.#size;
  }

  /** Writes at a position, not at the end: a process that was suspended writes the same bytes as its successor. */
  async write(chunk: Uint8Array): Promise<void> {
    try {
      await writeFully(this.#file, chunk, this.#size);
    } catch (error) {
      // Part of the chunk may be written: valid bytes that are not hashed.
      this.#hash = undefined;
      throw diskError(error);
    }
    this.#hash?.update(chunk);
    this.#size += chunk.length;
  }

  async truncate(size: number): Promise<void> {
    await this.#file.truncate(size);
    this.#hash = undefined;
    this.#size = size;
  }

  async sync(): Promise<void> {
    await this.#file.sync().catch((error: unknown) => {
      throw diskError(error);
    });
  }

  async sha256(): Promise<string> {
    return this.#hash?.copy().digest('hex') ?? (await hashOf(this.#file));
  }

  /** May be repeated after a crash. */
  async commit(): Promise<Blob> {
    try {
      const id = await nameObject(this.#options);
      return { id, storageKey: id };
    } catch (error) {
      throw diskError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using file = this.#file;
    const { mtimeMs } = await file.stat();
    if (this.#hash !== undefined) this.#hashes?.put(this.#options.id, { hash: this.#hash, size: this.#size, mtimeMs });
  }
}

/** The hash of the first `size` bytes of a file, valid as long as no other process has written to it. */
interface RunningHash {
  readonly hash: Hash;
  readonly size: number;
  /** When the file was last written, in milliseconds. */
  readonly mtimeMs: number;
}

const maxHashes = 4_096;

/**
 * The hashes of the partial blobs that this process has received so far, so that complete ones need not be read again. A blob
 * that was evicted, or continued by another process, is read.
 */
export class RunningHashes {
  readonly #hashes = new Map<string, RunningHash>();

  /** Takes the hash out, to continue it; undefined if the file has changed since. */
  take(id: string, { size, mtimeMs }: Omit<RunningHash, 'hash'>): Hash | undefined {
    const known = this.#hashes.get(id);
    this.#hashes.delete(id);
    return known?.size === size && known.mtimeMs === mtimeMs ? known.hash : undefined;
  }

  put(id: string, hash: RunningHash): void {
    this.#hashes.set(id, hash);
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > maxHashes && oldest !== undefined) this.#hashes.delete(oldest);
  }

  forget(id: string): void {
    this.#hashes.delete(id);
  }
}

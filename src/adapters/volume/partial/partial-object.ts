import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Blob } from '#domain/blob-store.ts';
import type { PartialBlob } from '#domain/partial-blob.ts';
import type { RunningHashes } from '#platform/running-hashes.ts';
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
    const known = hashes?.take(options.id, { size, state: String(mtimeMs) });
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
    const kept = { size: this.#size, state: String(mtimeMs) };
    if (this.#hash !== undefined) this.#hashes?.put(this.#options.id, { hash: this.#hash, ...kept });
  }
}

import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Blob } from '#domain/blob-store.ts';
import type { PartialBlob } from '#domain/partial-blob.ts';
import { diskError, hashOf, writeFully } from '../objects/durable.ts';
import { nameObject, type UploadedBytes } from '../objects/object-name.ts';
import type { RunningHashes } from './running-hashes.ts';

export interface PartialObjectOptions extends UploadedBytes {
  readonly id: string;
}

/** A file in `resumable/`, open at its end for one of the calls that fill it. */
export class PartialObject implements PartialBlob {
  readonly #file: FileHandle;
  readonly #options: PartialObjectOptions;
  readonly #hashes: RunningHashes | undefined;
  /** Of all bytes; undefined when it is not known without reading them. */
  #hash: Hash | undefined;
  #size: number;

  /** @param hashes where to find and leave the hash of the bytes so far; absent when nobody will ask for it */
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

  /** At a position, not at the end: what a process writes that has slept too long is what its successor wrote there. */
  async write(chunk: Uint8Array): Promise<void> {
    try {
      await writeFully(this.#file, chunk, this.#size);
    } catch (error) {
      // A part of the chunk may be there: right bytes, that are not hashed.
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

  /** May be repeated after a crash: it loses nothing. */
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

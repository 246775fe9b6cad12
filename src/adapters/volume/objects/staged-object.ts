import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob, StagedBlob, StageOptions } from '#domain/blob-store.ts';
import { failpoint } from '#platform/failpoints.ts';
import { diskError, hashOf, writeFully } from './durable.ts';
import { copyKey, fileMode, idOfObject, objectPath, stagingFolder } from './layout.ts';
import { mintObjectId } from './shard-folders.ts';

/** A file in `staging/` that one call writes sequentially. */
export class StagedObject implements StagedBlob {
  readonly #root: string;
  readonly #syncShardOf: SyncShardOf;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #copyOf: string | undefined;
  /** Absent if the bytes are read when their hash is asked for. */
  readonly #hash: Hash | undefined;
  #size = 0;
  #ended = false;

  static async open(root: string, syncShardOf: SyncShardOf, options: StageOptions = {}): Promise<StagedObject> {
    const path = join(stagingFolder(root), randomUUID());
    const file = await open(path, 'wx+', fileMode).catch((error: unknown) => {
      throw diskError(error);
    });
    return new StagedObject(root, syncShardOf, path, file, options);
  }

  private constructor(
    root: string,
    syncShardOf: SyncShardOf,
    path: string,
    file: FileHandle,
    { copyOf, hashed }: StageOptions,
  ) {
    this.#root = root;
    this.#syncShardOf = syncShardOf;
    this.#path = path;
    this.#file = file;
    this.#copyOf = copyOf;
    this.#hash = hashed ? createHash('sha256') : undefined;
  }

  get size(): number {
    return this.#size;
  }

  async write(chunk: Uint8Array): Promise<void> {
    try {
      await writeFully(this.#file, chunk, this.#size);
    } catch (error) {
      throw diskError(error);
    }
    this.#hash?.update(chunk);
    this.#size += chunk.length;
  }

  async sha256(): Promise<string> {
    return this.#hash?.copy().digest('hex') ?? (await hashOf(this.#file));
  }

  async commit(): Promise<Blob> {
    const minted = mintObjectId();
    const storageKey = this.#copyOf === undefined ? minted : copyKey(minted, this.#copyOf);
    const path = objectPath(this.#root, storageKey);
    try {
      await this.#makeDurable(storageKey, path);
    } catch (error) {
      // No row can name this key yet, so removing it is safe even after the rename.
      await this.discard();
      await rm(path, { force: true });
      throw diskError(error);
    }
    this.#ended = true;
    return { id: idOfObject(storageKey), storageKey };
  }

  /** The promise "acknowledged means kept" depends on these four steps and their order. */
  async #makeDurable(storageKey: string, path: string): Promise<void> {
    await this.#file.sync();
    await failpoint('upload.synced');
    await this.#file.close();
    await rename(this.#path, path);
    await failpoint('upload.renamed');
    await this.#syncShardOf(storageKey);
    await failpoint('upload.folder-synced');
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#file.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }
}

type SyncShardOf = (storageKey: string) => Promise<void>;

import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob, StagedBlob, StageOptions } from '#domain/blob-store.ts';
import { ConfigError } from '#platform/config-error.ts';
import type { Logger } from '#platform/logger.ts';
import { ignoreMissing, makeFolder } from './durable.ts';
import {
  idOfObject,
  isObjectKey,
  isUuid,
  mintedAt,
  objectPath,
  objectsFolder,
  shardFolder,
  shardOf,
  shards,
  stagingFolder,
} from './layout.ts';
import { ShardFolders } from './shard-folders.ts';
import { StagedObject } from './staged-object.ts';

const blobsPerBatch = 1_000;

/** Blobs with a file each; the storage key is the id, but for copies. */
export class ObjectStore implements AsyncDisposable {
  readonly #root: string;
  readonly shardFolders: ShardFolders;
  readonly #logger: Logger | undefined;
  #foreignFileSeen = false;

  static async open(root: string, logger: Logger | undefined): Promise<ObjectStore> {
    await makeFolder(stagingFolder(root));
    const shardFolders = await ShardFolders.open(root);
    await requireOneFileSystem(stagingFolder(root), objectsFolder(root));
    return new ObjectStore(root, shardFolders, logger);
  }

  private constructor(root: string, shardFolders: ShardFolders, logger: Logger | undefined) {
    this.#root = root;
    this.shardFolders = shardFolders;
    this.#logger = logger;
  }

  stage(options?: StageOptions): Promise<StagedBlob> {
    return StagedObject.open(this.#root, (storageKey) => this.shardFolders.syncShardOf(storageKey), options);
  }

  /** Not synced: a file that reappears after a power cut has no row and is swept as an orphan. */
  async remove(storageKey: string): Promise<void> {
    if (isObjectKey(storageKey)) await rm(objectPath(this.#root, storageKey), { force: true });
  }

  async *finishedBefore(before: Date): AsyncGenerator<readonly Blob[]> {
    let batch: Blob[] = [];
    for (const shard of shards) {
      for await (const name of fileNames(shardFolder(this.#root, shard))) {
        if (!isObjectKey(name) || shardOf(name) !== shard) this.#noteForeignFile(shard, name);
        else if (mintedAt(name) < before.getTime()) batch.push({ id: idOfObject(name), storageKey: name });
        if (batch.length < blobsPerBatch) continue;
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  async sweepStaging(before: Date): Promise<number> {
    let swept = 0;
    for await (const name of fileNames(stagingFolder(this.#root))) {
      const path = join(stagingFolder(this.#root), name);
      if (!isUuid(name) || !(await wasWrittenBefore(path, before))) continue;
      await rm(path, { force: true });
      swept += 1;
    }
    return swept;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shardFolders[Symbol.asyncDispose]();
  }

  #noteForeignFile(shard: string, name: string): void {
    if (this.#foreignFileSeen) return;
    this.#foreignFileSeen = true;
    this.#logger?.warn({ shard, name }, 'the objects folder contains files that are not from Filemill: left alone');
  }
}

async function requireOneFileSystem(staging: string, objects: string): Promise<void> {
  const [a, b] = await Promise.all([stat(staging), stat(objects)]);
  if (a.dev !== b.dev)
    throw new ConfigError(`FILEMILL_STORAGE_DIR: ${staging} and ${objects} must be on one file system`);
}

async function* fileNames(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder, { bufferSize: 256 })) yield entry.name;
}

/** False for a file that was committed or discarded in the meantime. */
async function wasWrittenBefore(path: string, before: Date): Promise<boolean> {
  const found = await stat(path).catch(ignoreMissing);
  return found !== undefined && found.mtimeMs < before.getTime();
}

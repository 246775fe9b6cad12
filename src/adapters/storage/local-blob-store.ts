import { opendir, rm, stat, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BlobStore, StagedBlob } from '#domain/blob-store.ts';
import type { Logger } from '#platform/logger.ts';
import { codeOf, makeFolder } from './durable.ts';
import {
  isStagingName,
  isStorageKey,
  mintedAt,
  objectPath,
  objectsFolder,
  shardFolder,
  shardOf,
  shards,
  stagingFolder,
} from './layout.ts';
import { LocalStagedBlob } from './local-staged-blob.ts';
import { ShardFolders } from './shard-folders.ts';

const keysPerBatch = 1_000;

/** Blobs on a local or mounted volume, one file each; layout.ts says where. */
export class LocalBlobStore implements BlobStore, AsyncDisposable {
  readonly #root: string;
  readonly #shardFolders: ShardFolders;
  readonly #logger: Logger | undefined;
  #foreignFileSeen = false;

  /** Makes whatever is missing of the layout, durably. */
  static async open(rootDir: string, logger?: Logger): Promise<LocalBlobStore> {
    const root = resolve(rootDir);
    await makeFolder(root);
    await makeFolder(stagingFolder(root));
    const shardFolders = await ShardFolders.open(root);
    await requireOneFileSystem(stagingFolder(root), objectsFolder(root));
    return new LocalBlobStore(root, shardFolders, logger);
  }

  private constructor(root: string, shardFolders: ShardFolders, logger: Logger | undefined) {
    this.#root = root;
    this.#shardFolders = shardFolders;
    this.#logger = logger;
  }

  stage(): Promise<StagedBlob> {
    return LocalStagedBlob.open(this.#root, (storageKey) => this.#shardFolders.syncShardOf(storageKey));
  }

  /** Not synced: a file that a power cut brings back has no row, and is swept as an orphan. */
  async remove(storageKey: string): Promise<void> {
    if (isStorageKey(storageKey)) await rm(objectPath(this.#root, storageKey), { force: true });
  }

  async *keysMintedBefore(before: Date): AsyncGenerator<readonly string[]> {
    let batch: string[] = [];
    for (const shard of shards) {
      for await (const name of fileNames(shardFolder(this.#root, shard))) {
        if (!isStorageKey(name) || shardOf(name) !== shard) this.#noteForeignFile(shard, name);
        else if (mintedAt(name) < before.getTime()) batch.push(name);
        if (batch.length < keysPerBatch) continue;
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
      if (!isStagingName(name) || !(await wasWrittenBefore(path, before))) continue;
      await rm(path, { force: true });
      swept += 1;
    }
    return swept;
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#root);
    return bavail * bsize;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shardFolders[Symbol.asyncDispose]();
  }

  #noteForeignFile(shard: string, name: string): void {
    if (this.#foreignFileSeen) return;
    this.#foreignFileSeen = true;
    this.#logger?.warn({ shard, name }, 'the objects folder holds files that are not ours: left alone');
  }
}

async function requireOneFileSystem(staging: string, objects: string): Promise<void> {
  const [a, b] = await Promise.all([stat(staging), stat(objects)]);
  if (a.dev !== b.dev) throw new Error(`${staging} and ${objects} must be on one file system`);
}

async function* fileNames(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder, { bufferSize: 256 })) yield entry.name;
}

/** False for a file that was committed or discarded meanwhile. */
async function wasWrittenBefore(path: string, before: Date): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs < before.getTime();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

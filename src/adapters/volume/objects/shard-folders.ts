import { randomUUIDv7 } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import type { Batcher } from '#platform/batcher.ts';
import { makeFolder, syncFolder } from './durable.ts';
import { gatheredSync } from './gathered-sync.ts';
import { folderMode, objectsFolder, shardFolder, shardOf, shards } from './layout.ts';

/** So long the new objects of a process go to one shard: then the next one has its turn. */
const turnMs = 20;

/** An id whose shard is that of its neighbours in time: one sync of the folder keeps the entries of many. */
export function mintObjectId(): string {
  const turn = Math.floor(performance.now() / turnMs);
  return randomUUIDv7().slice(0, -2) + shards[turn % shards.length];
}

/** The 256 folders of `objects/`, held open so that syncing one costs a single system call. */
export class ShardFolders implements AsyncDisposable {
  readonly #folders: ReadonlyMap<string, FileHandle>;
  readonly #syncs: ReadonlyMap<string, Batcher<void, void>>;

  /** Makes the folders that are missing; when this returns they are durable. */
  static async open(root: string): Promise<ShardFolders> {
    const folders = new Map<string, FileHandle>();
    await makeFolder(objectsFolder(root));
    for (const shard of shards) await mkdir(shardFolder(root, shard), { recursive: true, mode: folderMode });
    await syncFolder(objectsFolder(root));
    for (const shard of shards) folders.set(shard, await open(shardFolder(root, shard), 'r'));
    return new ShardFolders(folders);
  }

  private constructor(folders: ReadonlyMap<string, FileHandle>) {
    this.#folders = folders;
    this.#syncs = new Map(folders.entries().map(([shard, folder]) => [shard, gatheredSync(folder)]));
  }

  /** Makes the entry of this blob durable: returns after a sync that began after this call. */
  async syncShardOf(id: string): Promise<void> {
    await this.#syncs.get(shardOf(id))?.add();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#folders.values()) await folder.close();
  }
}

import { randomUUIDv7 } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import type { Batcher } from '#platform/batcher.ts';
import { gatheredSync, makeFolder, syncFolder } from './durable.ts';
import { folderMode, objectsFolder, shardFolder, shardOf, shards } from './layout.ts';

/** How long all new objects of a process go to the same shard. */
const turnMs = 20;

/** Mints an id with the shard of its neighbours in time, so that one sync of the folder serves many entries. */
export function mintObjectId(): string {
  const turn = Math.floor(performance.now() / turnMs);
  return randomUUIDv7().slice(0, -2) + shards[turn % shards.length];
}

/** The 256 folders of `objects/`, kept open so that a sync is a single system call. */
export class ShardFolders implements AsyncDisposable {
  readonly #folders: ReadonlyMap<string, FileHandle>;
  readonly #syncs: ReadonlyMap<string, Batcher<void, void>>;

  /** Creates missing folders durably. */
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

  /** Makes the entry of this blob durable: resolves after a sync that began after this call. */
  async syncShardOf(id: string): Promise<void> {
    await this.#syncs.get(shardOf(id))?.add();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#folders.values()) await folder.close();
  }
}

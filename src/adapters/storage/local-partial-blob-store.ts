import { randomUUIDv7 } from 'node:crypto';
import { type FileHandle, open, opendir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlob, PartialBlobState, PartialBlobStore } from '#domain/partial-blob.ts';
import type { Batcher } from '#platform/batcher.ts';
import { codeOf, diskError, makeFolder } from './durable.ts';
import { gatheredSync } from './gathered-sync.ts';
import { fileMode, isBlobId, resumableFolder } from './layout.ts';
import { PartialObject } from './partial-object.ts';
import { RunningHashes } from './running-hashes.ts';
import type { ShardFolders } from './shard-folders.ts';

/** Partial blobs as two files each in one folder: the bytes, whose size is how far it has come, and the note. */
export class LocalPartialBlobStore implements PartialBlobStore, AsyncDisposable {
  readonly #root: string;
  readonly #shardFolders: ShardFolders;
  readonly #folder: FileHandle;
  readonly #folderSync: Batcher<void, void>;
  readonly #hashes = new RunningHashes();

  static async open(root: string, shardFolders: ShardFolders): Promise<LocalPartialBlobStore> {
    await makeFolder(resumableFolder(root));
    return new LocalPartialBlobStore(root, shardFolders, await open(resumableFolder(root), 'r'));
  }

  private constructor(root: string, shardFolders: ShardFolders, folder: FileHandle) {
    this.#root = root;
    this.#shardFolders = shardFolders;
    this.#folder = folder;
    this.#folderSync = gatheredSync(folder);
  }

  async begin(note: string): Promise<string> {
    const id = randomUUIDv7();
    try {
      await (await open(this.#bytesPath(id), 'wx', fileMode)).close();
      // Its sync of the folder serves both.
      await this.note(id, note);
      return id;
    } catch (error) {
      await this.remove(id).catch(() => undefined);
      throw diskError(error);
    }
  }

  async find(id: string): Promise<PartialBlobState | undefined> {
    if (!isBlobId(id)) return undefined;
    try {
      const note = await readFile(this.#notePath(id), 'utf8');
      const { mtime } = await stat(this.#notePath(id));
      const bytes = await stat(this.#bytesPath(id)).catch(ignoreMissing);
      return { size: bytes?.size ?? 0, note, writtenAt: latest(mtime, bytes?.mtime ?? mtime) };
    } catch (error) {
      return ignoreMissing(error);
    }
  }

  async open(id: string, { hashed }: { readonly hashed: boolean }): Promise<PartialBlob> {
    const file = await open(this.#bytesPath(id), 'r+').catch((cause: unknown) => {
      throw codeOf(cause) === 'ENOENT' ? new FilemillError('UPLOAD_NOT_FOUND', undefined, { cause }) : cause;
    });
    const syncShardOf = (blobId: string) => this.#shardFolders.syncShardOf(blobId);
    const options = { id, root: this.#root, path: this.#bytesPath(id), syncShardOf };
    return await PartialObject.open(file, options, hashed ? this.#hashes : undefined);
  }

  async note(id: string, note: string): Promise<void> {
    const path = join(resumableFolder(this.#root), `${id}.new`);
    try {
      await using file = await open(path, 'w', fileMode);
      await file.writeFile(note);
      await file.sync();
      await rename(path, this.#notePath(id));
      await this.#folderSync.add();
    } catch (error) {
      throw diskError(error);
    }
  }

  async end(id: string, note: string): Promise<void> {
    await this.note(id, note);
    this.#hashes.forget(id);
    await rm(this.#bytesPath(id), { force: true });
  }

  /** The note goes first: bytes without one are nobody's. Not synced: what a power cut brings back is swept again. */
  async remove(id: string): Promise<void> {
    if (!isBlobId(id)) return;
    this.#hashes.forget(id);
    for (const path of this.#pathsOf(id)) await rm(path, { force: true });
  }

  async *writtenBefore(before: Date): AsyncGenerator<string> {
    const seen = new Set<string>();
    for await (const { name } of await opendir(resumableFolder(this.#root), { bufferSize: 256 })) {
      const id = name.slice(0, idLength);
      if (!isBlobId(id) || seen.has(id)) continue;
      seen.add(id);
      const writtenAt = await this.#writtenAt(id);
      if (writtenAt !== undefined && writtenAt < before) yield id;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder.close();
  }

  async #writtenAt(id: string): Promise<Date | undefined> {
    const stats = await Promise.all(this.#pathsOf(id).map((path) => stat(path).catch(ignoreMissing)));
    const times = stats.flatMap((found) => (found === undefined ? [] : found.mtime));
    return times.length === 0 ? undefined : times.reduce(latest);
  }

  #pathsOf(id: string): string[] {
    return [this.#notePath(id), join(resumableFolder(this.#root), `${id}.new`), this.#bytesPath(id)];
  }

  #bytesPath(id: string): string {
    return join(resumableFolder(this.#root), id);
  }

  #notePath(id: string): string {
    return join(resumableFolder(this.#root), `${id}.json`);
  }
}

const idLength = 36;

function latest(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

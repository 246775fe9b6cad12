import { randomUUIDv7 } from 'node:crypto';
import { type FileHandle, open, opendir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlob, PartialBlobState, PartialBlobStore, UnfinishedBlob } from '#domain/partial-blob.ts';
import type { Batcher } from '#platform/batcher.ts';
import { RunningHashes } from '#platform/running-hashes.ts';
import { diskError, gatheredSync, ignoreMissing, makeFolder } from '../objects/durable.ts';
import { fileMode, isBlobId, isUuid, objectPath, resumableFolder } from '../objects/layout.ts';
import type { ShardFolders } from '../objects/shard-folders.ts';
import { PartialObject } from './partial-object.ts';

/** Partial blobs in one folder, with two files each: the bytes, whose size is the progress, and the note. */
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

  async begin(note: string, id: string = randomUUIDv7()): Promise<string> {
    try {
      await this.remove(id);
      await (await open(this.#path(id), 'wx', fileMode)).close();
      // The sync of the folder serves both entries.
      await this.note(id, note);
      return id;
    } catch (error) {
      await this.remove(id).catch(() => undefined);
      throw diskError(error);
    }
  }

  async find(id: string): Promise<PartialBlobState | undefined> {
    if (!isUuid(id)) return undefined;
    try {
      const note = await readFile(this.#path(id, 'json'), 'utf8');
      const { mtime } = await stat(this.#path(id, 'json'));
      const bytes = await this.#atBytes(id, (path) => stat(path));
      return { size: bytes?.size ?? null, note, writtenAt: latest(mtime, bytes?.mtime ?? mtime) };
    } catch (error) {
      return ignoreMissing(error);
    }
  }

  async open(id: string, { hashed }: { readonly hashed: boolean }): Promise<PartialBlob> {
    const opened = await this.#atBytes(id, async (path, movedTo) => ({ file: await open(path, 'r+'), movedTo }));
    if (opened === undefined) throw new FilemillError('UPLOAD_NOT_FOUND');
    const options = {
      id,
      root: this.#root,
      path: this.#path(id),
      movedTo: opened.movedTo,
      noteMove: (object: string) => this.#replace(id, 'moved', object),
      syncShardOf: (object: string) => this.#shardFolders.syncShardOf(object),
      syncUploads: () => this.#folderSync.add(),
    };
    return await PartialObject.open(opened.file, options, hashed ? this.#hashes : undefined);
  }

  async note(id: string, note: string): Promise<void> {
    await this.#replace(id, 'json', note);
  }

  async end(id: string, note: string): Promise<void> {
    await this.note(id, note);
    this.#hashes.forget(id);
    for (const path of [this.#path(id), this.#path(id, 'moved')]) await rm(path, { force: true });
  }

  /** Removes the note first, as bytes without a note are orphans. Not synced: what a power cut restores is swept again. */
  async remove(id: string): Promise<void> {
    if (!isUuid(id)) return;
    this.#hashes.forget(id);
    for (const path of this.#pathsOf(id)) await rm(path, { force: true });
  }

  async *writtenBefore(before: Date): AsyncGenerator<string> {
    const seen = new Set<string>();
    for await (const { name } of await opendir(resumableFolder(this.#root), { bufferSize: 256 })) {
      const id = name.slice(0, idLength);
      if (!isUuid(id) || seen.has(id)) continue;
      seen.add(id);
      const writtenAt = await this.#writtenAt(id);
      if (writtenAt !== undefined && writtenAt < before) yield id;
    }
  }

  async *unfinished(): AsyncGenerator<UnfinishedBlob> {
    for await (const { name: id } of await opendir(resumableFolder(this.#root), { bufferSize: 256 })) {
      const bytes = isUuid(id) ? await stat(this.#path(id)).catch(ignoreMissing) : undefined;
      if (bytes !== undefined) yield { id, size: bytes.size, writtenAt: bytes.mtime };
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

  /** Runs `work` on the path of the bytes: their first name, or that of an object. Undefined if there are none. */
  async #atBytes<T>(id: string, work: (path: string, movedTo?: string) => Promise<T>): Promise<T | undefined> {
    const found = await work(this.#path(id)).catch(ignoreMissing);
    if (found !== undefined) return found;
    const movedTo = await readFile(this.#path(id, 'moved'), 'utf8').catch(ignoreMissing);
    if (movedTo === undefined || !isBlobId(movedTo)) return undefined;
    return await work(objectPath(this.#root, movedTo), movedTo).catch(ignoreMissing);
  }

  /** Replaces the content of a file beside the bytes, durably. */
  async #replace(id: string, kind: 'json' | 'moved', content: string): Promise<void> {
    const path = this.#path(id, 'new');
    try {
      await using file = await open(path, 'w', fileMode);
      await file.writeFile(content);
      await file.sync();
      await rename(path, this.#path(id, kind));
      await this.#folderSync.add();
    } catch (error) {
      throw diskError(error);
    }
  }

  #pathsOf(id: string): string[] {
    return [this.#path(id, 'json'), this.#path(id, 'new'), this.#path(id, 'moved'), this.#path(id)];
  }

  /** The path of the bytes, or of a file beside them. */
  #path(id: string, kind?: 'json' | 'new' | 'moved'): string {
    return join(resumableFolder(this.#root), kind === undefined ? id : `${id}.${kind}`);
  }
}

const idLength = 36;

function latest(one: Date, other: Date): Date {
  return one > other ? one : other;
}

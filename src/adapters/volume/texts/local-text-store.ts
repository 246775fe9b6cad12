import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { FilemillError } from '#domain/errors.ts';
import type { TextStore } from '#domain/text-store.ts';
import { diskError, ignoreMissing, makeFolder, syncFolder, writeFully } from '../objects/durable.ts';
import { fileMode, isBlobId, textPath, textsFolder } from '../objects/layout.ts';

const batchSize = 1_000;
/** Follows the id in the name of a text that is being written. */
const unfinished = '.new';

/** Texts on the volume of the blobs, a file each. */
export class LocalTextStore implements TextStore {
  readonly #root: string;

  constructor(rootDir: string) {
    this.#root = resolve(rootDir);
  }

  /** Creates the folder. @throws FilemillError that says why the volume refuses it */
  async prepare(): Promise<void> {
    await makeFolder(textsFolder(this.#root)).catch(rethrow);
  }

  async keep(fileId: string, compressed: Uint8Array): Promise<void> {
    const path = textPath(this.#root, checked(fileId));
    const staged = `${path}.${randomUUID()}${unfinished}`;
    try {
      await makeFolder(dirname(path));
      {
        await using file = await open(staged, 'wx', fileMode);
        await writeFully(file, compressed, 0);
        await file.sync();
      }
      await rename(staged, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(staged, { force: true }).catch(() => undefined);
      rethrow(error);
    }
  }

  async open(fileId: string): Promise<Readable | undefined> {
    if (!isBlobId(fileId)) return undefined;
    const path = textPath(this.#root, fileId);
    if ((await stat(path).catch(ignoreMissing)) === undefined) return undefined;
    // An error of the file ends the stream that the caller reads.
    return pipeline(createReadStream(path), createZstdDecompress(), () => undefined);
  }

  async remove(fileId: string): Promise<void> {
    if (isBlobId(fileId)) await rm(textPath(this.#root, fileId), { force: true });
  }

  async *keptBefore(before: Date): AsyncGenerator<readonly string[]> {
    let batch: string[] = [];
    for await (const path of this.#filesBefore(before)) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (name.endsWith(unfinished)) await rm(path, { force: true });
      else if (isBlobId(name)) batch.push(name);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  async *#filesBefore(before: Date): AsyncGenerator<string> {
    const folder = textsFolder(this.#root);
    for (const shard of await namesIn(folder))
      for (const name of await namesIn(join(folder, shard))) {
        const path = join(folder, shard, name);
        const found = await stat(path).catch(ignoreMissing);
        if (found?.isFile() && found.mtimeMs < before.getTime()) yield path;
      }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await opendir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  });
  return entries === undefined ? [] : await Array.fromAsync(entries, ({ name }) => name);
}

function checked(fileId: string): string {
  if (isBlobId(fileId)) return fileId;
  throw new FilemillError('INTERNAL', `${JSON.stringify(fileId)} is not the id of a file.`);
}

function rethrow(error: unknown): never {
  throw diskError(error);
}

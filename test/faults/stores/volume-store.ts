import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import type { Stack } from '../stack.ts';
import type { TestStore } from './store.ts';

/** A folder, as one machine has it. */
export class VolumeStore implements TestStore {
  readonly #home: string;
  #path: string;

  static async open(folder: string): Promise<VolumeStore> {
    const path = join(folder, 'storage');
    await mkdir(path);
    return new VolumeStore(path);
  }

  private constructor(path: string) {
    this.#home = path;
    this.#path = path;
  }

  /** @throws Error when the system has another store */
  static of({ store }: Stack): VolumeStore {
    if (store instanceof VolumeStore) return store;
    throw new Error('This fault is one of volumes.');
  }

  /** Another folder takes its place, as soon as the services have started again; without one, its own does again. */
  moveTo(path = this.#home): void {
    this.#path = path;
  }

  get settings() {
    return { FILEMILL_STORAGE_DIR: this.#path };
  }

  async hashOf(storageKey: string): Promise<string> {
    const { path, range } = this.#locate(storageKey);
    if (range?.length === 0) return createHash('sha256').digest('hex');
    const hash = createHash('sha256');
    const part = range === undefined ? {} : { start: range.offset, end: range.offset + range.length - 1 };
    return await pipeline(createReadStream(path, part), hash).then(
      () => hash.digest('hex'),
      (error: Error) => error.message,
    );
  }

  async lose(storageKey: string): Promise<void> {
    await rm(this.#locate(storageKey).path);
  }

  async flip(storageKey: string): Promise<void> {
    const { path, range } = this.#locate(storageKey);
    await using file = await open(path, 'r+');
    const at = range?.offset ?? 0;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at);
  }

  async staged(): Promise<readonly string[]> {
    return await readdir(join(this.#path, 'staging'));
  }

  async strange(): Promise<readonly string[]> {
    return (await readdir(this.#path, { recursive: true })).filter((path) => !layout.test(path));
  }

  async heal(): Promise<void> {}

  async wipe(): Promise<void> {
    const shards = (await readdir(join(this.#path, 'objects'))).map((shard) => join('objects', shard));
    for (const folder of ['staging', 'resumable', ...shards].map((name) => join(this.#path, name)))
      for (const name of await readdir(folder)) await rm(join(folder, name), { force: true });
    await this.#wipeSegments();
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #locate(storageKey: string) {
    return new LocalBlobReader(this.#path).locate(storageKey);
  }

  /** All but those that a living process may append to. */
  async #wipeSegments(): Promise<void> {
    const folder = join(this.#path, 'segments');
    const marked = new Set(await readdir(join(folder, 'open')));
    for (const period of await readdir(folder))
      for (const name of period === 'open' ? [] : await readdir(join(folder, period)))
        if (!marked.has(name)) await rm(join(folder, period, name), { force: true });
  }
}

const layout =
  /^(staging|texts|objects(\/[0-9a-f]{2})?|segments(\/[0-9a-f]{6}|\/open)?|resumable)(\/[0-9a-f-]{36}(\.(json|new))?)?$/;

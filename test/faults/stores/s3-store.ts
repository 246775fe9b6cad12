import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Client } from '#adapters/s3/client/client.ts';
import { bytesKey, parseObjectStorageKey, parseSegmentStorageKey, segmentObjectKey } from '#adapters/s3/layout.ts';
import { S3BlobReader } from '#adapters/s3/s3-blob-reader.ts';
import { s3StoreUrl, testS3Client } from '../../support/s3-client.ts';
import { type S3Kind, type S3Server, s3Credentials, startS3Server } from '../../support/s3-server.ts';
import type { Stack } from '../stack.ts';
import { S3Proxy } from './s3-proxy.ts';
import type { OpenStore, TestStore } from './store.ts';

/** A bucket of a real server, which the services reach through a proxy; the harness asks the server itself. */
export class S3Store implements TestStore {
  readonly proxy: S3Proxy;
  readonly settings: Readonly<Record<string, string>>;
  readonly #server: S3Server;
  readonly #client: S3Client;
  readonly #resources: AsyncDisposableStack;

  static on(kind: S3Kind): OpenStore {
    return async () => {
      await using opening = new AsyncDisposableStack();
      const server = opening.use(await startS3Server(kind));
      const proxy = opening.use(await S3Proxy.start(server.endpoint));
      const client = opening.use(testS3Client(server, prefix));
      return new S3Store(server, proxy, client, opening.move());
    };
  }

  private constructor(server: S3Server, proxy: S3Proxy, client: S3Client, resources: AsyncDisposableStack) {
    this.#server = server;
    this.proxy = proxy;
    this.#client = client;
    this.#resources = resources;
    const url = s3StoreUrl({ ...server, endpoint: proxy.endpoint }, prefix);
    this.settings = { FILEMILL_STORE: url, ...s3Credentials(server) };
  }

  /** @throws Error when the system has another store */
  static of({ store }: Stack): S3Store {
    if (store instanceof S3Store) return store;
    throw new Error('This fault is one of object stores.');
  }

  async hashOf(storageKey: string): Promise<string> {
    try {
      // A new one, which has nothing in memory.
      await using blob = await new S3BlobReader(this.#client).open(storageKey);
      const content = Buffer.alloc(blob.size);
      for (let at = 0; at < content.length; ) at += await readSome(blob, at, content);
      return createHash('sha256').update(content).digest('hex');
    } catch (error) {
      return (error as Error).message;
    }
  }

  async lose(storageKey: string): Promise<void> {
    await this.#client.remove(placeOf(storageKey).key);
  }

  async flip(storageKey: string): Promise<void> {
    const { key, offset } = placeOf(storageKey);
    const content = await this.#client.get(key);
    if (content === undefined) throw new Error(`There is no ${key}`);
    content[offset] = (content[offset] ?? 0) ^ 1;
    await this.#client.put(key, content);
  }

  async staged(): Promise<readonly string[]> {
    return (await Array.fromAsync(this.#client.multiparts.list(''))).map(({ uploadId }) => uploadId);
  }

  async strange(): Promise<readonly string[]> {
    return (await this.#keys()).filter((key) => !layout.test(key));
  }

  /** Kills the part that clients talk to, or all of them. */
  async kill(parts: 'front' | 'all'): Promise<void> {
    for (const part of await this.#parts(parts)) process.kill(part, 'SIGKILL');
  }

  async revive(): Promise<void> {
    await this.#server.revive();
  }

  async signalFront(signal: NodeJS.Signals): Promise<void> {
    for (const part of await this.#parts('front')) process.kill(part, signal);
  }

  async heal(): Promise<void> {
    this.proxy.treat();
    await this.signalFront('SIGCONT').catch(() => undefined);
    await this.revive();
  }

  async wipe(): Promise<void> {
    const keys = await this.#keys();
    for (let from = 0; from < keys.length; from += 32)
      await Promise.all(keys.slice(from, from + 32).map((key) => this.#client.remove(key)));
    for await (const multipart of this.#client.multiparts.list('')) await this.#client.multiparts.abort(multipart);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  async #keys(): Promise<readonly string[]> {
    return (await Array.fromAsync(this.#client.list(''))).flat().map(({ key }) => key);
  }

  async #parts(which: 'front' | 'all'): Promise<number[]> {
    const folder = join(this.#server.folder, 'pid');
    const names = (await readdir(folder)).filter((name) => which === 'all' || fronts.has(name));
    return await Promise.all(names.map(async (name) => Number(await readFile(join(folder, name), 'utf8'))));
  }
}

const prefix = 'faults';
const fronts: ReadonlySet<string> = new Set(['radosgw', 'proxy']);

const layout =
  /^(objects\/[0-9a-f]{2}\/[0-9a-f._-]+|segments\/[0-9a-f-]{36}|dead\/[0-9a-f-]{36}\/[0-9a-z.]+|texts\/[0-9a-f]{2}\/[0-9a-f-]{36}|partial\/[0-9a-f-]{36}\/[0-9a-z-]+|trial\/[0-9a-f-]{36})$/;

/** Where the first byte is. */
function placeOf(storageKey: string): { readonly key: string; readonly offset: number } {
  const packed = parseSegmentStorageKey(storageKey);
  if (packed !== undefined) return { key: segmentObjectKey(packed.segment), offset: packed.offset };
  const name = parseObjectStorageKey(storageKey);
  if (name === undefined) throw new Error(`${storageKey} is not in a bucket`);
  return { key: bytesKey(name), offset: 0 };
}

async function readSome(
  blob: { read(offset: number, into: Uint8Array): Promise<number> },
  at: number,
  content: Buffer,
): Promise<number> {
  const read = await blob.read(at, content.subarray(at));
  if (read === 0) throw new Error('The bytes end before their size is reached.');
  return read;
}

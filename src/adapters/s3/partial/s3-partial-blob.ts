import { createHash, type Hash } from 'node:crypto';
import type { Blob } from '#domain/blob-store.ts';
import type { PartialBlob } from '#domain/partial-blob.ts';
import { never } from '#platform/abort.ts';
import type { RunningHashes } from '#platform/running-hashes.ts';
import { Semaphore } from '#platform/semaphore.ts';
import type { S3Client } from '../client/client.ts';
import { nameKey } from '../layout.ts';
import { blobOf, mintName } from '../objects/object-upload.ts';
import { joinPieces, readPiece } from './join-pieces.ts';
import { bytesKey, cutPieces, type Piece } from './layout.ts';

/** A blob as it was found. */
interface Opened {
  readonly id: string;
  readonly opening: number;
  readonly pieces: readonly Piece[];
  readonly size: number;
}

interface Shared {
  readonly client: S3Client;
  /** Counts bytes that were received and are not stored yet. */
  readonly memory: Semaphore;
  /** All blobs that are open in this process. */
  readonly open: Set<S3PartialBlob>;
  /** Absent if the hash is not needed. */
  readonly hashes: RunningHashes | undefined;
}

interface Gathered {
  readonly chunk: Uint8Array;
  readonly room: Disposable;
}

const sendsAtOnce = 3;
const leastObjectBytes = 8 * 2 ** 20;
/** Objects grow with the blob, so that 10,000 of them, the most that can be joined, hold 5 TiB. */
const growth = 1 / 1_024;

/** A partial blob, open for one of the calls that fill it: gathers what is written into objects of some MiB. */
export class S3PartialBlob implements PartialBlob {
  readonly #id: string;
  readonly #opening: number;
  readonly #pieces: Piece[];
  readonly #shared: Shared;
  readonly #lanes = new Semaphore(sendsAtOnce);
  readonly #sending = new Set<Promise<void>>();
  /** The hash of all bytes; undefined if they would have to be read. */
  #hash: Hash | undefined;
  #turn = 1;
  #size: number;
  #gathered: Gathered[] = [];
  #failure: unknown;

  constructor({ id, opening, pieces, size }: Opened, shared: Shared) {
    this.#id = id;
    this.#opening = opening;
    this.#pieces = [...pieces];
    this.#size = size;
    this.#shared = shared;
    const known = shared.hashes?.take(id, { size, state: this.#state });
    this.#hash = shared.hashes !== undefined && size === 0 ? createHash('sha256') : known;
    shared.open.add(this);
  }

  get size(): number {
    return this.#size;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#throwFailure();
    const room = this.#shared.memory.tryTake(chunk.length) ?? (await this.#makeRoom(chunk.length));
    this.#gathered.push({ chunk: Buffer.from(chunk), room });
    this.#hash?.update(chunk);
    this.#size += chunk.length;
    const sent = this.#sentSize;
    if (this.#size - sent >= Math.max(leastObjectBytes, sent * growth)) this.#send();
    while (this.#sending.size > sendsAtOnce) await Promise.race(this.#sending);
  }

  async truncate(size: number): Promise<void> {
    await this.sync();
    this.#turn += 1;
    await this.#shared.client.put(bytesKey(this.#id, this.#opening, this.#turn, size), Buffer.alloc(0));
    this.#turn += 1;
    cutPieces(this.#pieces, size);
    this.#hash = undefined;
    this.#size = size;
  }

  async sync(): Promise<void> {
    this.#send();
    await Promise.all(this.#sending);
    this.#throwFailure();
  }

  async sha256(): Promise<string> {
    if (this.#hash !== undefined) return this.#hash.copy().digest('hex');
    await this.sync();
    const hash = createHash('sha256');
    for (const piece of this.#pieces) hash.update(await readPiece(this.#shared.client, piece));
    return hash.digest('hex');
  }

  async commit(): Promise<Blob> {
    await this.sync();
    const name = mintName();
    await joinPieces(this.#shared.client, nameKey(name), this.#pieces);
    return blobOf(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shared.open.delete(this);
    await this.sync().catch(() => undefined);
    if (this.#hash !== undefined && this.#failure === undefined)
      this.#shared.hashes?.put(this.#id, { hash: this.#hash, size: this.#size, state: this.#state });
  }

  /** The last object: no two processes write one of the same name. */
  get #state(): string {
    return this.#pieces.at(-1)?.key ?? '';
  }

  get #sentSize(): number {
    const last = this.#pieces.at(-1);
    return last === undefined ? 0 : last.offset + last.length;
  }

  /** Slow uploads may have gathered what there is: they all store it now. */
  async #makeRoom(bytes: number): Promise<Disposable> {
    for (const blob of this.#shared.open) blob.#send();
    return await this.#shared.memory.take(never, bytes);
  }

  /** Begins to store what was gathered. */
  #send(): void {
    if (this.#gathered.length === 0) return;
    const [gathered, offset] = [this.#gathered, this.#sentSize];
    this.#gathered = [];
    const key = bytesKey(this.#id, this.#opening, this.#turn, offset);
    this.#pieces.push({ key, offset, length: this.#size - offset });
    const sending = this.#store(key, gathered).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Never rejects: the next call does. */
  async #store(key: string, gathered: readonly Gathered[]): Promise<void> {
    using _lane = await this.#lanes.take(never);
    try {
      await this.#shared.client.put(key, Buffer.concat(gathered.map(({ chunk }) => chunk)));
    } catch (error) {
      this.#failure ??= error;
    } finally {
      for (const { room } of gathered) room[Symbol.dispose]();
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

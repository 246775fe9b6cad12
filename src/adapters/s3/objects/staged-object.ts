import { createHash } from 'node:crypto';
import type { Blob, StagedBlob } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Semaphore } from '#platform/semaphore.ts';
import type { S3Client } from '../client/client.ts';
import { putObject } from './object-upload.ts';
import { PartUploader } from './part-uploader.ts';

/** How long an upload waits for memory that other uploads use. */
const memoryWaitMs = 10_000;

/** A blob of which the last bytes are in memory, and the others on their way or stored as parts. */
export class StagedObject implements StagedBlob {
  readonly #client: S3Client;
  readonly #copyOf: string | undefined;
  /** Counts the bytes of all staged blobs in memory. */
  readonly #memory: Semaphore;
  readonly #uploader: PartUploader;
  readonly #hash = createHash('sha256');
  /** The bytes that are not on their way yet, and room for more. */
  #part = Buffer.alloc(0);
  #filled = 0;
  #held: Disposable[] = [];
  #size = 0;
  #ended = false;

  constructor(client: S3Client, memory: Semaphore, copyOf?: string) {
    this.#client = client;
    this.#memory = memory;
    this.#copyOf = copyOf;
    this.#uploader = new PartUploader(client, copyOf);
  }

  get size(): number {
    return this.#size;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    for (let from = 0; from < chunk.length; ) {
      const piece = chunk.subarray(from, from + this.#uploader.nextBytes - this.#filled);
      this.#held.push(await this.#takeMemory(piece.length));
      this.#makeRoom(piece.length);
      this.#part.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      if (this.#filled === this.#uploader.nextBytes) await this.#sendPart();
    }
    this.#size += chunk.length;
  }

  async sha256(): Promise<string> {
    return this.#hash.copy().digest('hex');
  }

  async commit(): Promise<Blob> {
    try {
      const blob = await this.#keep();
      this.#ended = true;
      this.#release();
      await failpoint('upload.folder-synced');
      return blob;
    } catch (error) {
      await this.discard().catch(() => undefined);
      throw error;
    }
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    await this.#uploader.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }

  async #keep(): Promise<Blob> {
    if (!this.#uploader.started) return await putObject(this.#client, this.#bytes, this.#copyOf);
    if (this.#filled > 0) await this.#sendPart();
    return await this.#uploader.finish();
  }

  async #sendPart(): Promise<void> {
    const [bytes, held] = [this.#bytes, this.#held];
    [this.#part, this.#held, this.#filled] = [Buffer.alloc(0), [], 0];
    await this.#uploader.send(bytes, () => disposeAll(held));
  }

  #release(): void {
    disposeAll(this.#held);
    this.#part = Buffer.alloc(0);
  }

  get #bytes(): Buffer {
    return this.#part.subarray(0, this.#filled);
  }

  /** The first part grows with the blob, which may stay small. Memory that is not written to yet takes no room. */
  #makeRoom(bytes: number): void {
    const needed = this.#filled + bytes;
    if (needed <= this.#part.length) return;
    const { nextBytes, started } = this.#uploader;
    const larger = Buffer.allocUnsafeSlow(
      started ? nextBytes : Math.min(nextBytes, Math.max(needed, 2 * this.#part.length)),
    );
    this.#part.copy(larger, 0, 0, this.#filled);
    this.#part = larger;
  }

  /** @throws FilemillError OVERLOADED when the bytes of other uploads go on using the memory */
  async #takeMemory(bytes: number): Promise<Disposable> {
    const taken = this.#memory.tryTake(bytes);
    if (taken !== undefined) return taken;
    const signal = AbortSignal.timeout(memoryWaitMs);
    try {
      return await this.#memory.take(signal, bytes);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new FilemillError('OVERLOADED', 'Too many bytes wait for the object store.', { cause });
    }
  }
}

function disposeAll(held: Disposable[]): void {
  for (const each of held.splice(0)) each[Symbol.dispose]();
}

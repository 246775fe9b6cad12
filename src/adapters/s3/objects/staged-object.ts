import { createHash } from 'node:crypto';
import type { Blob, StagedBlob } from '#domain/blob-store.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { S3Client } from '../client/client.ts';
import { putObject } from './object-upload.ts';
import type { PartMemory } from './part-memory.ts';
import { PartUploader } from './part-uploader.ts';

/** A blob of which the last bytes are in memory, and the others on their way or stored as parts. */
export class StagedObject implements StagedBlob {
  readonly #client: S3Client;
  readonly #copyOf: string | undefined;
  readonly #memory: PartMemory;
  readonly #uploader: PartUploader;
  readonly #hash = createHash('sha256');
  /** The bytes that are not on their way yet, and room for more. */
  #part: Buffer = Buffer.alloc(0);
  #filled = 0;
  /** The room that is taken for this part, and its bytes. */
  #held: Disposable[] = [];
  #heldBytes = 0;
  #size = 0;
  #ended = false;

  constructor(client: S3Client, memory: PartMemory, copyOf?: string) {
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
      await this.#makeRoom(piece.length);
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
    const [part, bytes, held] = [this.#part, this.#bytes, this.#held];
    this.#startPart(Buffer.alloc(0), []);
    await this.#uploader.send(bytes, () => this.#memory.free(held, part));
    const spare = this.#memory.takeSpare();
    if (spare !== undefined) this.#startPart(spare.part, [spare.room]);
  }

  #startPart(part: Buffer, held: Disposable[]): void {
    [this.#part, this.#held, this.#heldBytes, this.#filled] = [part, held, part.length, 0];
  }

  #release(): void {
    this.#memory.free(this.#held);
    this.#part = Buffer.alloc(0);
  }

  get #bytes(): Buffer {
    return this.#part.subarray(0, this.#filled);
  }

  /** The first part grows with the blob, which may stay small. Memory that is not written to yet takes no room. */
  async #makeRoom(bytes: number): Promise<void> {
    const needed = this.#filled + bytes;
    if (needed > this.#heldBytes) {
      this.#held.push(await this.#memory.take(bytes));
      this.#heldBytes += bytes;
    }
    if (needed <= this.#part.length) return;
    const { nextBytes, started } = this.#uploader;
    const larger = Buffer.allocUnsafeSlow(
      started ? nextBytes : Math.min(nextBytes, Math.max(needed, 2 * this.#part.length)),
    );
    this.#part.copy(larger, 0, 0, this.#filled);
    this.#part = larger;
  }
}

import { createHash } from 'node:crypto';
import type { Blob, StagedBlob } from '#domain/blob-store.ts';
import { failpoint } from './failpoints.ts';

/** A small blob to keep. */
export interface SmallBlob {
  readonly id: string;
  readonly chunks: readonly Uint8Array[];
  /** Bytes of all chunks. */
  readonly length: number;
}

interface SmallBlobOptions {
  readonly id: string;
  /** Larger blobs, in bytes, are not small. */
  readonly below: number;
  readonly append: (blob: SmallBlob) => Promise<string>;
  /** Opens the staged blob to which a larger blob is moved. */
  readonly stage: () => Promise<StagedBlob>;
}

/** A blob that stays in memory while it is small, and is appended to a segment by `commit`. */
export class SmallStagedBlob implements StagedBlob {
  readonly #options: SmallBlobOptions;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #large: StagedBlob | undefined;

  constructor(options: SmallBlobOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#large?.size ?? this.#size;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#large === undefined && this.#size + chunk.length >= this.#options.below) await this.#grow();
    if (this.#large !== undefined) return await this.#large.write(chunk);
    this.#chunks.push(Buffer.from(chunk));
    this.#size += chunk.length;
  }

  async sha256(): Promise<string> {
    if (this.#large !== undefined) return await this.#large.sha256();
    const hash = createHash('sha256');
    for (const chunk of this.#chunks) hash.update(chunk);
    return hash.digest('hex');
  }

  async commit(): Promise<Blob> {
    if (this.#large !== undefined) return await this.#large.commit();
    const { id } = this.#options;
    const storageKey = await this.#options.append({ id, chunks: this.#chunks, length: this.#size });
    await failpoint('upload.packed');
    return { id, storageKey };
  }

  async discard(): Promise<void> {
    this.#chunks = [];
    await this.#large?.discard();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }

  async #grow(): Promise<void> {
    this.#large = await this.#options.stage();
    for (const chunk of this.#chunks) await this.#large.write(chunk);
    this.#chunks = [];
  }
}

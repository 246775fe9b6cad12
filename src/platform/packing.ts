import { randomUUIDv7 } from 'node:crypto';
import type { Blob, BlobStore, StagedBlob, StageOptions } from '#domain/blob-store.ts';
import { failpoint } from './failpoints.ts';
import { pair } from './pair.ts';
import { type SmallBlob, SmallStagedBlob } from './small-staged-blob.ts';

interface PackingOptions {
  /** Smaller blobs, in bytes, are packed; with 0 none is. */
  readonly below: number;
  /** Keeps small blobs together, and answers with their storage keys, in order. When it rejects, none is kept. */
  readonly appendAll: (blobs: readonly SmallBlob[]) => Promise<readonly string[]>;
  /** Opens a blob that is kept by itself. */
  readonly stage: (options?: StageOptions) => Promise<StagedBlob>;
  readonly remove: (storageKey: string) => Promise<void>;
}

/** How a store takes blobs in: small ones are packed, others are kept by themselves. */
export class Packing implements Pick<BlobStore, 'stage' | 'keep'> {
  readonly #options: PackingOptions;

  constructor(options: PackingOptions) {
    this.#options = options;
  }

  async stage(options: StageOptions = {}): Promise<StagedBlob> {
    const { below, appendAll, stage } = this.#options;
    if (below === 0) return await stage(options);
    return new SmallStagedBlob({
      id: options.copyOf ?? randomUUIDv7(),
      below,
      append: async (blob) => (await appendAll([blob]))[0] as string,
      stage: () => stage(options),
    });
  }

  async keep(contents: readonly Uint8Array[]): Promise<readonly Blob[]> {
    const { below, appendAll } = this.#options;
    if (contents.some(({ length }) => length >= below)) return await this.#keepEach(contents);
    const blobs = contents.map((content) => ({ id: randomUUIDv7(), chunks: [content], length: content.length }));
    const keys = await appendAll(blobs);
    await failpoint('upload.packed');
    return pair(blobs, keys).map(([{ id }, storageKey]) => ({ id, storageKey }));
  }

  async #keepEach(contents: readonly Uint8Array[]): Promise<readonly Blob[]> {
    const outcomes = await Promise.allSettled(contents.map((content) => this.#keepOne(content)));
    const blobs = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return blobs;
    for (const { storageKey } of blobs) await this.#options.remove(storageKey);
    throw failed.reason;
  }

  async #keepOne(content: Uint8Array): Promise<Blob> {
    await using staged = await this.stage();
    if (content.length > 0) await staged.write(content);
    return await staged.commit();
  }
}

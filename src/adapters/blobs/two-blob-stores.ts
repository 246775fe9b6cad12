import type { Blob, BlobStore, StagedBlob, StageOptions } from '#domain/blob-store.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';

export type KeptBlobs = BlobStore & VolumeUpkeep;

/** Blobs in two stores, of which the first takes new ones. */
export class TwoBlobStores implements KeptBlobs {
  readonly #first: KeptBlobs;
  readonly #second: KeptBlobs;
  readonly #isFirst: (storageKey: string) => boolean;

  /** @param isFirst whether a key is of the first store */
  constructor(first: KeptBlobs, second: KeptBlobs, isFirst: (storageKey: string) => boolean) {
    this.#first = first;
    this.#second = second;
    this.#isFirst = isFirst;
  }

  stage(options?: StageOptions): Promise<StagedBlob> {
    return this.#first.stage(options);
  }

  keep(contents: readonly Uint8Array[]): Promise<readonly Blob[]> {
    return this.#first.keep(contents);
  }

  remove(storageKey: string): Promise<void> {
    return this.#of(storageKey).remove(storageKey);
  }

  async *finishedBefore(before: Date): AsyncGenerator<readonly Blob[]> {
    yield* this.#first.finishedBefore(before);
    yield* this.#second.finishedBefore(before);
  }

  async sweepStaging(before: Date): Promise<number> {
    return (await this.#first.sweepStaging(before)) + (await this.#second.sweepStaging(before));
  }

  freeBytes(): Promise<number> {
    return this.#first.freeBytes();
  }

  totalBytes(): Promise<number | undefined> {
    return this.#first.totalBytes();
  }

  async *wasteful(): AsyncGenerator<readonly Blob[]> {
    yield* this.#first.wasteful();
    yield* this.#second.wasteful();
  }

  copy(blob: Blob): Promise<string> {
    return this.#of(blob.storageKey).copy(blob);
  }

  #of(storageKey: string): KeptBlobs {
    return this.#isFirst(storageKey) ? this.#first : this.#second;
  }
}

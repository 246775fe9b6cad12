import { resolve } from 'node:path';
import type { Blob, BlobStore, StagedBlob, StageOptions } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { inBatches } from '#platform/in-batches.ts';
import type { Logger } from '#platform/logger.ts';
import { Packing } from '#platform/packing.ts';
import { makeFolder } from './objects/durable.ts';
import { ObjectStore } from './objects/object-store.ts';
import { LocalPartialBlobStore } from './partial/local-partial-blob-store.ts';
import { parseSegmentKey } from './segments/segment-format.ts';
import { SegmentStore } from './segments/segment-store.ts';
import { roomOf } from './volume-trial.ts';

export interface LocalBlobStoreOptions {
  /** Smaller blobs, in bytes, share files; with 0 each blob has its own file. */
  readonly packBelow?: number;
  readonly segmentBytes?: number;
  readonly segmentAgeMs?: number;
  readonly logger?: Logger;
}

/** Blobs on a local or mounted volume: small ones are packed into segments, others have a file each. */
export class LocalBlobStore implements BlobStore, VolumeUpkeep, AsyncDisposable {
  /** Blobs on the same volume that are received over several calls. Each becomes an object, even a small one. */
  readonly partial: PartialBlobStore & AsyncDisposable;
  readonly #root: string;
  readonly #objects: ObjectStore;
  readonly #segments: SegmentStore;
  readonly #packing: Packing;

  /** Creates missing folders durably. */
  static async open(rootDir: string, options: LocalBlobStoreOptions = {}): Promise<LocalBlobStore> {
    const { packBelow = 64 * 1024, segmentBytes = 128 * 1024 * 1024, segmentAgeMs = 600_000, logger } = options;
    const root = resolve(rootDir);
    await makeFolder(root);
    const objects = await ObjectStore.open(root, logger);
    const segments = await SegmentStore.open(root, { segmentBytes, segmentAgeMs }, logger);
    const partial = await LocalPartialBlobStore.open(root, objects.shardFolders);
    return new LocalBlobStore(root, objects, segments, partial, packBelow);
  }

  private constructor(
    root: string,
    objects: ObjectStore,
    segments: SegmentStore,
    partial: LocalPartialBlobStore,
    packBelow: number,
  ) {
    this.#root = root;
    this.#objects = objects;
    this.#segments = segments;
    this.partial = partial;
    this.#packing = new Packing({
      below: packBelow,
      appendAll: (blobs) => segments.appendAll(blobs),
      stage: (options) => objects.stage(options),
      remove: (storageKey) => this.remove(storageKey),
    });
  }

  stage(options?: StageOptions): Promise<StagedBlob> {
    return this.#packing.stage(options);
  }

  keep(contents: readonly Uint8Array[]): Promise<readonly Blob[]> {
    return this.#packing.keep(contents);
  }

  async remove(storageKey: string): Promise<void> {
    const packed = parseSegmentKey(storageKey);
    if (packed === undefined) await this.#objects.remove(storageKey);
    else await this.#segments.remove(packed);
  }

  async *finishedBefore(before: Date): AsyncGenerator<readonly Blob[]> {
    yield* this.#objects.finishedBefore(before);
    yield* inBatches(this.#segments.finishedBefore(before));
  }

  async sweepStaging(before: Date): Promise<number> {
    return await this.#objects.sweepStaging(before);
  }

  async freeBytes(): Promise<number> {
    return (await roomOf(this.#root))?.free ?? Number.MAX_SAFE_INTEGER;
  }

  async totalBytes(): Promise<number | undefined> {
    return (await roomOf(this.#root))?.total;
  }

  async *wasteful(): AsyncGenerator<readonly Blob[]> {
    await this.#segments.closeAbandoned();
    yield* inBatches(this.#segments.wasteful());
  }

  async copy({ id, storageKey }: Blob): Promise<string> {
    const packed = parseSegmentKey(storageKey);
    if (packed === undefined) throw new FilemillError('INTERNAL', `${storageKey} is not in a segment.`);
    const content = await this.#segments.read(packed);
    const [copyKey] = await this.#segments.appendAll([{ id, chunks: [content], length: content.length }]);
    return copyKey as string;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#segments[Symbol.asyncDispose]();
    await this.partial[Symbol.asyncDispose]();
    await this.#objects[Symbol.asyncDispose]();
  }
}

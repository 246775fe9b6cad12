import type { Blob, BlobStore, StagedBlob, StageOptions } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { inBatches } from '#platform/in-batches.ts';
import type { Logger } from '#platform/logger.ts';
import { Packing } from '#platform/packing.ts';
import type { S3Client } from './client/client.ts';
import { parseObjectStorageKey, parseSegmentStorageKey } from './layout.ts';
import { ObjectStore } from './objects/object-store.ts';
import { SegmentReader } from './segments/segment-reader.ts';
import { SegmentUpkeep } from './segments/segment-upkeep.ts';
import { SegmentWriter } from './segments/segment-writer.ts';
import { TombstoneStore } from './segments/tombstones.ts';

interface S3BlobStoreOptions {
  /** Smaller blobs, in bytes, share objects; with 0 each blob has its own. */
  readonly packBelow?: number;
  readonly logger?: Logger;
}

/** Blobs in a bucket: small ones are packed into segments, others have an object each. */
export class S3BlobStore implements BlobStore, VolumeUpkeep {
  readonly #packing: Packing;
  readonly #objects: ObjectStore;
  readonly #segments: SegmentWriter;
  readonly #contents: SegmentReader;
  readonly #tombstones: TombstoneStore;
  readonly #upkeep: SegmentUpkeep;

  constructor(client: S3Client, { packBelow = 64 * 1024, logger }: S3BlobStoreOptions = {}) {
    this.#objects = new ObjectStore(client);
    this.#segments = new SegmentWriter(client);
    this.#contents = new SegmentReader(client);
    this.#tombstones = new TombstoneStore(client);
    this.#upkeep = new SegmentUpkeep(client, this.#tombstones, logger);
    this.#packing = new Packing({
      below: packBelow,
      appendAll: (blobs) => this.#segments.appendAll(blobs),
      stage: async (options) => this.#objects.stage(options),
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
    const packed = parseSegmentStorageKey(storageKey);
    if (packed !== undefined) return await this.#tombstones.add(packed);
    const name = parseObjectStorageKey(storageKey);
    if (name !== undefined) await this.#objects.remove(name);
  }

  async *finishedBefore(before: Date): AsyncGenerator<readonly Blob[]> {
    yield* inBatches(this.#objects.finishedBefore(before));
    yield* inBatches(this.#upkeep.finishedBefore(before));
  }

  async sweepStaging(before: Date): Promise<number> {
    return await this.#objects.sweepStaging(before);
  }

  /** A bucket reports no limit: one that is full refuses, as DISK_FULL. */
  async freeBytes(): Promise<number> {
    return Number.MAX_SAFE_INTEGER;
  }

  async totalBytes(): Promise<undefined> {
    return undefined;
  }

  wasteful(): AsyncGenerator<readonly Blob[]> {
    return inBatches(this.#upkeep.wasteful());
  }

  async copy({ id, storageKey }: Blob): Promise<string> {
    const packed = parseSegmentStorageKey(storageKey);
    if (packed === undefined) throw new FilemillError('INTERNAL', `${storageKey} is not in a segment.`);
    const content = await this.#contents.read(packed);
    const [copyKey] = await this.#segments.appendAll([{ id, chunks: [content], length: content.length }]);
    return copyKey as string;
  }
}

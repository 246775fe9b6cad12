import { randomUUIDv7 } from 'node:crypto';
import type { Blob, BlobStore, StagedBlob } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Logger } from '#platform/logger.ts';
import { pair } from '#platform/pair.ts';
import { SmallStagedBlob } from '#platform/small-staged-blob.ts';
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
  readonly #packBelow: number;
  readonly #objects: ObjectStore;
  readonly #segments: SegmentWriter;
  readonly #contents: SegmentReader;
  readonly #tombstones: TombstoneStore;
  readonly #upkeep: SegmentUpkeep;

  constructor(client: S3Client, { packBelow = 64 * 1024, logger }: S3BlobStoreOptions = {}) {
    this.#packBelow = packBelow;
    this.#objects = new ObjectStore(client);
    this.#segments = new SegmentWriter(client);
    this.#contents = new SegmentReader(client);
    this.#tombstones = new TombstoneStore(client);
    this.#upkeep = new SegmentUpkeep(client, this.#tombstones, logger);
  }

  async stage(copyOf?: string): Promise<StagedBlob> {
    if (this.#packBelow === 0) return this.#objects.stage(copyOf);
    return new SmallStagedBlob({
      id: copyOf ?? randomUUIDv7(),
      below: this.#packBelow,
      append: async (blob) => (await this.#segments.appendAll([blob]))[0] as string,
      stage: async () => this.#objects.stage(copyOf),
    });
  }

  async keep(contents: readonly Uint8Array[]): Promise<readonly Blob[]> {
    if (contents.some(({ length }) => length >= this.#packBelow)) return await this.#keepEach(contents);
    const blobs = contents.map((content) => ({ id: randomUUIDv7(), chunks: [content], length: content.length }));
    const keys = await this.#segments.appendAll(blobs);
    await failpoint('upload.packed');
    return pair(blobs, keys).map(([{ id }, storageKey]) => ({ id, storageKey }));
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

  async #keepEach(contents: readonly Uint8Array[]): Promise<readonly Blob[]> {
    const outcomes = await Promise.allSettled(contents.map((content) => this.#keepOne(content)));
    const blobs = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return blobs;
    for (const { storageKey } of blobs) await this.remove(storageKey);
    throw failed.reason;
  }

  async #keepOne(content: Uint8Array): Promise<Blob> {
    await using staged = await this.stage();
    if (content.length > 0) await staged.write(content);
    return await staged.commit();
  }
}

const batchSize = 1_000;

async function* inBatches(source: AsyncIterable<readonly Blob[]>): AsyncGenerator<readonly Blob[]> {
  for await (const blobs of source)
    for (let from = 0; from < blobs.length; from += batchSize) yield blobs.slice(from, from + batchSize);
}

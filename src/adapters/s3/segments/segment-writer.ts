import { randomUUIDv7 } from 'node:crypto';
import { Batcher } from '#platform/batcher.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { SmallBlob } from '#platform/small-staged-blob.ts';
import type { S3Client } from '../client/client.ts';
import { formatSegmentStorageKey, segmentObjectKey } from '../layout.ts';
import { packSegment, segmentsOf } from './segment-format.ts';

/** Under load, some segments of it are on their way at the same time. */
const maxBatch = 4_096;

/** Gathers small blobs while earlier ones are on their way, and stores them in as few objects as hold them. */
export class SegmentWriter {
  readonly #client: S3Client;
  readonly #batches: Batcher<SmallBlob, string>;

  constructor(client: S3Client) {
    this.#client = client;
    this.#batches = new Batcher((blobs) => this.#storeBatch(blobs), { name: 'append', maxBatch });
  }

  /** Returns the storage keys, in order, once the blobs are stored. When it rejects, none is kept. */
  appendAll(blobs: readonly SmallBlob[]): Promise<readonly string[]> {
    return this.#batches.addAll(blobs);
  }

  async #storeBatch(blobs: readonly SmallBlob[]): Promise<readonly string[]> {
    const keys = await Promise.all(segmentsOf(blobs).map((shared) => this.#store(shared)));
    return keys.flat();
  }

  async #store(blobs: readonly SmallBlob[]): Promise<readonly string[]> {
    const segment = randomUUIDv7();
    const { bytes, entries } = packSegment(blobs);
    await failpoint('segment.written');
    await this.#client.put(segmentObjectKey(segment), bytes);
    await failpoint('segment.synced');
    return entries.map((entry) => formatSegmentStorageKey({ segment, ...entry }));
  }
}

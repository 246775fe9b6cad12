import type { Blob } from '#domain/blob-store.ts';
import { isUuidV7, timeOfUuid } from '#domain/uuid.ts';
import type { Logger } from '#platform/logger.ts';
import type { S3Client, S3Object } from '../client/client.ts';
import { formatSegmentStorageKey, segmentObjectKey, segmentsFolder } from '../layout.ts';
import { directoryBytes, readDirectory, type SegmentEntry } from './segment-format.ts';
import type { TombstoneStore, Tombstones } from './tombstones.ts';

/** After this time, a removed blob takes its segment into compaction, so that its bytes are gone before long. */
const dayMs = 24 * 60 * 60 * 1_000;
const readsAtOnce = 16;

/** Finds the blobs of segments, and reclaims the space of removed ones. */
export class SegmentUpkeep {
  readonly #client: S3Client;
  readonly #tombstones: TombstoneStore;
  readonly #logger: Logger | undefined;

  constructor(client: S3Client, tombstones: TombstoneStore, logger: Logger | undefined) {
    this.#client = client;
    this.#tombstones = tombstones;
    this.#logger = logger;
  }

  /** The live blobs of segments that were stored before `before`, some segments at a time. */
  async *finishedBefore(before: Date): AsyncGenerator<readonly Blob[]> {
    // Both lists are in the order of segments.
    const removed = this.#tombstones.all();
    let next = await removed.next();
    for await (const objects of this.#client.list(segmentsFolder)) {
      const dead = new Map<string, Tombstones>();
      const segments = objects.map(segmentOf).filter((id) => isUuidV7(id) && timeOfUuid(id) < before);
      for (; !next.done && next.value.segment <= (segments.at(-1) ?? ''); next = await removed.next())
        dead.set(next.value.segment, next.value);
      for (let from = 0; from < segments.length; from += readsAtOnce) {
        const some = segments.slice(from, from + readsAtOnce);
        for (const blobs of await Promise.all(some.map((id) => this.#liveBlobs(id, dead.get(id))))) yield blobs;
      }
    }
  }

  /**
   * Removes segments without live blobs, and yields the live blobs of segments of which half is dead, or a blob has been dead for
   * a day. A damaged segment is left alone.
   */
  async *wasteful(): AsyncGenerator<readonly Blob[]> {
    for await (const tombstones of this.#tombstones.all()) {
      const entries = await this.#directory(tombstones.segment);
      if (entries === 'damaged') continue;
      const live = entries.filter(({ offset }) => !tombstones.offsets.has(offset));
      if (live.length === 0) await this.#remove(tombstones);
      else if (bytesOf(live) * 2 <= bytesOf(entries) || tombstones.since.getTime() < Date.now() - dayMs)
        yield blobsOf(tombstones.segment, live);
    }
  }

  async #liveBlobs(segment: string, tombstones: Tombstones | undefined): Promise<readonly Blob[]> {
    const entries = await this.#directory(segment);
    if (entries === 'damaged') return [];
    return blobsOf(
      segment,
      entries.filter(({ offset }) => !tombstones?.offsets.has(offset)),
    );
  }

  /** Empty for a segment that does not exist. */
  async #directory(segment: string): Promise<readonly SegmentEntry[] | 'damaged'> {
    const bytes = await this.#client.get(segmentObjectKey(segment), { offset: 0, length: directoryBytes });
    if (bytes === undefined) return [];
    const entries = readDirectory(bytes);
    if (entries === undefined) this.#logger?.error({ segment }, 'a segment is damaged: left as it is');
    return entries ?? 'damaged';
  }

  /** The tombstones last: they are found again after a crash. */
  async #remove(tombstones: Tombstones): Promise<void> {
    await this.#client.remove(segmentObjectKey(tombstones.segment));
    await this.#tombstones.remove(tombstones);
    this.#logger?.info({ segment: tombstones.segment }, 'removed a segment without live blobs');
  }
}

function segmentOf({ key }: S3Object): string {
  return key.slice(segmentsFolder.length);
}

function blobsOf(segment: string, entries: readonly SegmentEntry[]): readonly Blob[] {
  return entries.map(({ id, ...place }) => ({ id, storageKey: formatSegmentStorageKey({ segment, ...place }) }));
}

function bytesOf(entries: readonly SegmentEntry[]): number {
  return entries.reduce((sum, { length }) => sum + length, 0);
}

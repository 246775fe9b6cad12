import { crc32c } from '@node-rs/crc32';
import { FilemillError } from '#domain/errors.ts';
import type { S3Client } from '../client/client.ts';
import { type SegmentKey, segmentObjectKey } from '../layout.ts';
import { TombstoneStore } from './tombstones.ts';

/** Neighbours are read next, so that a few segments suffice. */
const cachedBytes = 16 * 1024 * 1024;
/** How long a blob that was removed meanwhile may still be read. */
const freshMs = 30_000;

interface Segment {
  readonly bytes: Buffer;
  readonly dead: ReadonlySet<number> | undefined;
}

interface Cached {
  readonly segment: Promise<Segment | undefined>;
  readonly staleAt: number;
  bytes: number;
}

export interface SegmentReaderOptions {
  /** Whether blobs that were removed are found all the same, until their segment is. Saves a request for each segment. */
  readonly readsRemoved?: boolean;
}

/** Reads small blobs by whole segments, and keeps the latest of these in memory. */
export class SegmentReader {
  readonly #client: S3Client;
  readonly #tombstones: TombstoneStore | undefined;
  /** The least recently read comes first. */
  readonly #cache = new Map<string, Cached>();

  constructor(client: S3Client, { readsRemoved = false }: SegmentReaderOptions = {}) {
    this.#client = client;
    this.#tombstones = readsRemoved ? undefined : new TombstoneStore(client);
  }

  /** @throws FilemillError BLOB_MISSING, BLOB_DAMAGED */
  async read({ segment, offset, length, crc32c: sum }: SegmentKey): Promise<Buffer> {
    const found = await this.#find(segment);
    if (found === undefined) throw new FilemillError('BLOB_MISSING', `Segment ${segment} is not in the store.`);
    if (found.dead?.has(offset)) throw new FilemillError('BLOB_MISSING', 'The blob was removed.');
    const content = found.bytes.subarray(offset, offset + length);
    if (content.length === length && crc32c(content) === sum) return content;
    throw new FilemillError('BLOB_DAMAGED', `The stored bytes in segment ${segment} are damaged.`);
  }

  async #find(segment: string): Promise<Segment | undefined> {
    const known = this.#cache.get(segment);
    this.#cache.delete(segment);
    const cached = known !== undefined && performance.now() < known.staleAt ? known : this.#fetch(segment);
    this.#cache.set(segment, cached);
    const found = await cached.segment.catch((error: unknown) => {
      if (this.#cache.get(segment) === cached) this.#cache.delete(segment);
      throw error;
    });
    cached.bytes = found?.bytes.length ?? 0;
    this.#evict();
    return found;
  }

  #fetch(segment: string): Cached {
    const fetch = async () => {
      const reads = [this.#client.get(segmentObjectKey(segment)), this.#tombstones?.of(segment)] as const;
      const [bytes, tombstones] = await Promise.all(reads);
      return bytes && { bytes, dead: tombstones?.offsets };
    };
    return { segment: fetch(), staleAt: performance.now() + freshMs, bytes: 0 };
  }

  #evict(): void {
    let bytes = this.#cache.values().reduce((sum, cached) => sum + cached.bytes, 0);
    for (const [segment, cached] of this.#cache) {
      if (bytes <= cachedBytes || this.#cache.size === 1) return;
      this.#cache.delete(segment);
      bytes -= cached.bytes;
    }
  }
}

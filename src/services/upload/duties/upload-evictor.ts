import { FilemillError } from '#domain/errors.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import { uploadsGivenUp } from '#platform/telemetry/events.ts';
import {
  bytesOf,
  findIncompleteUploads,
  type IncompleteUpload,
  inEvictionOrder,
  tallyOf,
} from '../resumable/incomplete-uploads.ts';
import type { UploadLocks } from '../resumable/upload-locks.ts';

interface UploadEvictorOptions {
  readonly partial: PartialBlobStore;
  readonly blobs: Pick<VolumeUpkeep, 'totalBytes'>;
  readonly locks: Pick<UploadLocks, 'take'>;
  readonly maxUploads: number;
  /** A quarter of the volume unless set. */
  readonly maxBytes: number | undefined;
  readonly logger: Logger;
}

const pauseMs = 60_000;

/** Longer than a stream may be silent, and than a link is usually down. */
const idleMs = 60_000;

/** Bounds how often a full volume is searched. */
const searchTtlMs = 1_000;

const partOfVolume = 1 / 4;

/**
 * Bounds what incomplete uploads hold. Beyond their limits, or when other uploads need the space, idle ones are
 * evicted.
 */
export class UploadEvictor implements AsyncDisposable {
  readonly #options: UploadEvictorOptions;
  readonly #stopping = new AbortController();
  #duty: Duty | undefined;
  #makingRoom: Promise<void> | undefined;

  private constructor(options: UploadEvictorOptions) {
    this.#options = options;
  }

  static start(options: UploadEvictorOptions): UploadEvictor {
    const evictor = new UploadEvictor(options);
    evictor.#duty = startDuty({ name: 'upload evictor', logger: options.logger, round: () => evictor.#round() });
    return evictor;
  }

  /** The incomplete uploads and their limits; 0 bytes where the volume does not tell its size. */
  async survey() {
    const { partial, maxUploads } = this.#options;
    const uploads = await findIncompleteUploads(partial);
    return { uploads, maxUploads, maxBytes: (await this.#maxBytes()) ?? 0 };
  }

  /** Evicts idle uploads until there is enough space or none is left. Concurrent callers share one run. */
  async makeRoom(isEnough: () => Promise<boolean>): Promise<void> {
    this.#makingRoom ??= this.#makeRoomNow(isEnough).finally(() => {
      setTimeout(() => {
        this.#makingRoom = undefined;
      }, searchTtlMs).unref();
    });
    await this.#makingRoom;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#duty?.[Symbol.asyncDispose]();
  }

  async #makeRoomNow(isEnough: () => Promise<boolean>): Promise<void> {
    if (await isEnough()) return;
    const uploads = await findIncompleteUploads(this.#options.partial);
    await this.#evict(uploads, ({ bytes }) => bytes, isEnough);
  }

  async #round(): Promise<number> {
    const { partial, maxUploads } = this.#options;
    const maxBytes = (await this.#maxBytes()) ?? Number.POSITIVE_INFINITY;
    const sizes = (await Array.fromAsync(partial.unfinished())).map(({ size }) => ({ bytes: size }));
    if (sizes.length > maxUploads || bytesOf(sizes) > maxBytes) {
      await this.#keepWithin(maxBytes, ({ bytes }) => bytes);
      await this.#keepWithin(maxUploads, () => 1);
    }
    return jittered(pauseMs);
  }

  async #keepWithin(limit: number, weigh: (upload: IncompleteUpload) => number): Promise<void> {
    const uploads = await findIncompleteUploads(this.#options.partial);
    let held = uploads.reduce((sum, upload) => sum + weigh(upload), 0);
    const isEnough = (upload?: IncompleteUpload) => {
      if (upload !== undefined) held -= weigh(upload);
      return held <= limit;
    };
    if (!isEnough()) await this.#evict(uploads, weigh, isEnough);
  }

  async #evict(
    uploads: readonly IncompleteUpload[],
    weigh: (upload: IncompleteUpload) => number,
    isEnough: (evicted: IncompleteUpload) => boolean | Promise<boolean>,
  ): Promise<void> {
    const idleBefore = new Date(Date.now() - idleMs);
    const evicted: IncompleteUpload[] = [];
    for (const upload of inEvictionOrder(uploads, idleBefore, weigh)) {
      if (this.#stopping.signal.aborted || !(await this.#remove(upload, idleBefore))) continue;
      evicted.push(upload);
      if (await isEnough(upload)) break;
    }
    if (evicted.length > 0) uploadsGivenUp(this.#options.logger, tallyOf(evicted));
  }

  /** Checks again under the lock, as the client may have come back. Answers whether the upload is gone. */
  async #remove({ id }: IncompleteUpload, idleBefore: Date): Promise<boolean> {
    const { partial, locks } = this.#options;
    try {
      await using lock = await locks.take(id, this.#stopping.signal);
      const state = await partial.find(id);
      if (state !== undefined && state.writtenAt >= idleBefore) return false;
      lock.assertHeld();
      await partial.remove(id);
      return true;
    } catch (error) {
      if (error instanceof FilemillError && error.reason === 'UPLOAD_LOCKED') return false;
      throw error;
    }
  }

  async #maxBytes(): Promise<number | undefined> {
    const { maxBytes, blobs } = this.#options;
    if (maxBytes !== undefined) return maxBytes;
    const total = await blobs.totalBytes();
    return total === undefined ? undefined : Math.floor(total * partOfVolume);
  }
}

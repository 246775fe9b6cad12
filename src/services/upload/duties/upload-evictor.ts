import { FilemillError } from '#domain/errors.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import { uploadsGivenUp } from '#platform/telemetry.ts';
import {
  bytesOf,
  findIncompleteUploads,
  type IncompleteUpload,
  inOrderOfGivingWay,
  tallyOf,
} from '../resumable/incomplete-uploads.ts';
import type { UploadLocks } from '../resumable/upload-locks.ts';

interface UploadEvictorOptions {
  readonly partial: PartialBlobStore;
  readonly blobs: Pick<VolumeUpkeep, 'totalBytes'>;
  readonly locks: Pick<UploadLocks, 'take'>;
  readonly maxUploads: number;
  /** undefined for a quarter of the volume. */
  readonly maxBytes: number | undefined;
  readonly logger: Logger;
}

const pauseMs = 60_000;

/** Longer than a stream may be silent, and than a link is usually away. */
const idleMs = 60_000;

/** A volume that stays full is not searched for each call that it refuses. */
const rememberMs = 1_000;

const partOfVolume = 1 / 4;

/**
 * Bounds what uploads hold that nobody goes on with. They are kept for as long as there is room: beyond their limits,
 * or when others need the room, they give way.
 */
export class UploadEvictor implements AsyncDisposable {
  readonly #options: UploadEvictorOptions;
  readonly #resources = new AsyncDisposableStack();
  readonly #stopping = new AbortController();
  #making: Promise<void> | undefined;

  private constructor(options: UploadEvictorOptions) {
    this.#options = options;
  }

  static start(options: UploadEvictorOptions): UploadEvictor {
    const evictor = new UploadEvictor(options);
    const { logger } = options;
    evictor.#resources.use(startDuty({ name: 'upload evictor', logger, round: () => evictor.#round() }));
    return evictor;
  }

  /** What incomplete uploads hold, and may hold; 0 bytes where the volume does not tell its size. */
  async tally() {
    const { partial, maxUploads } = this.#options;
    const tally = tallyOf(await findIncompleteUploads(partial));
    return { ...tally, maxUploads, maxBytes: (await this.#maxBytes()) ?? 0 };
  }

  /** Gives idle uploads up until there is enough, or none is left. Callers at about the same time share one run. */
  async makeRoom(isEnough: () => Promise<boolean>): Promise<void> {
    this.#making ??= this.#makeRoom(isEnough).finally(() => {
      setTimeout(() => {
        this.#making = undefined;
      }, rememberMs).unref();
    });
    await this.#making;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#resources.disposeAsync();
  }

  async #makeRoom(isEnough: () => Promise<boolean>): Promise<void> {
    if (await isEnough()) return;
    const uploads = await findIncompleteUploads(this.#options.partial);
    await this.#giveUp(uploads, ({ bytes }) => bytes, isEnough);
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
    if (!isEnough()) await this.#giveUp(uploads, weigh, isEnough);
  }

  async #giveUp(
    uploads: readonly IncompleteUpload[],
    weigh: (upload: IncompleteUpload) => number,
    isEnough: (givenUp: IncompleteUpload) => boolean | Promise<boolean>,
  ): Promise<void> {
    const idleBefore = new Date(Date.now() - idleMs);
    const givenUp: IncompleteUpload[] = [];
    for (const upload of inOrderOfGivingWay(uploads, idleBefore, weigh)) {
      if (this.#stopping.signal.aborted || !(await this.#remove(upload, idleBefore))) continue;
      givenUp.push(upload);
      if (await isEnough(upload)) break;
    }
    if (givenUp.length > 0) uploadsGivenUp(this.#options.logger, tallyOf(givenUp));
  }

  /** Looked at again under the lock: somebody may have come back. Answers whether it is gone. */
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

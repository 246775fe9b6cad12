import type { BlobStore } from '#domain/blob-store.ts';
import type { Logger } from '#platform/logger.ts';
import { jittered, startDuty } from './duty.ts';

/**
 * Deletes what a crash left in staging. Judged by the last write, so that a slow upload is safe: its
 * stream ends by its own idle limit long before.
 */
export class StagingSweeper implements AsyncDisposable {
  readonly #duty: AsyncDisposable;

  constructor(blobs: BlobStore, ttlMs: number, logger: Logger) {
    this.#duty = startDuty({
      name: 'staging sweeper',
      logger,
      round: async () => {
        const swept = await blobs.sweepStaging(new Date(Date.now() - ttlMs));
        if (swept > 0) logger.info({ swept }, 'swept abandoned uploads');
        return jittered(ttlMs / 4);
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#duty[Symbol.asyncDispose]();
  }
}

import type { PartialBlobStore } from '#domain/partial-blob.ts';
import type { Logger } from '#platform/logger.ts';
import type { UploadLocks } from '../resumable/upload-locks.ts';
import { jittered, startDuty } from './duty.ts';

interface UploadSweeperOptions {
  readonly partial: PartialBlobStore;
  readonly locks: Pick<UploadLocks, 'take'>;
  /** Since the last append, in milliseconds. */
  readonly expiryMs: number;
  readonly logger: Logger;
}

const longestPauseMs = 60 * 60 * 1_000;

/** Forgets uploads that nobody has gone on with for too long, and what is known of those finished so long ago. */
export class UploadSweeper implements AsyncDisposable {
  readonly #duty: AsyncDisposable;

  constructor(options: UploadSweeperOptions) {
    const { expiryMs, logger } = options;
    this.#duty = startDuty({
      name: 'upload sweeper',
      logger,
      round: async (signal) => {
        const swept = await sweep(options, signal);
        if (swept > 0) logger.info({ swept }, 'forgot uploads that expired');
        return jittered(Math.min(expiryMs / 4, longestPauseMs));
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#duty[Symbol.asyncDispose]();
  }
}

/** Looked at again under the lock: an append may have come meanwhile. */
async function sweep({ partial, locks, expiryMs }: UploadSweeperOptions, signal: AbortSignal): Promise<number> {
  const before = new Date(Date.now() - expiryMs);
  let swept = 0;
  for await (const id of partial.writtenBefore(before)) {
    if (signal.aborted) break;
    await using _lock = await locks.take(id, signal);
    const state = await partial.find(id);
    if (state !== undefined && state.writtenAt >= before) continue;
    await partial.remove(id);
    swept += 1;
  }
  return swept;
}

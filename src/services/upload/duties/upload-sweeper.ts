import type { PartialBlobStore } from '#domain/partial-blob.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import type { UploadLocks } from '../resumable/upload-locks.ts';

interface UploadSweeperOptions {
  readonly partial: PartialBlobStore;
  readonly locks: Pick<UploadLocks, 'take'>;
  /** Since the last append. */
  readonly uploadExpiryMs: number;
  readonly logger: Logger;
}

const longestPauseMs = 60 * 60 * 1_000;

/** Removes expired uploads, and the records of uploads that finished that long ago. */
export function startUploadSweeper({ partial, locks, uploadExpiryMs, logger }: UploadSweeperOptions): Duty {
  const round = async (signal: AbortSignal) => {
    const before = new Date(Date.now() - uploadExpiryMs);
    let swept = 0;
    for await (const id of partial.writtenBefore(before)) {
      if (signal.aborted) break;
      // Checked again under the lock, as an append may have come meanwhile.
      await using _lock = await locks.take(id, signal);
      const state = await partial.find(id);
      if (state !== undefined && state.writtenAt >= before) continue;
      await partial.remove(id);
      swept += 1;
    }
    if (swept > 0) logger.info({ swept }, 'removed expired uploads');
    return jittered(Math.min(uploadExpiryMs / 4, longestPauseMs));
  };
  return startDuty({ name: 'upload sweeper', logger, round });
}

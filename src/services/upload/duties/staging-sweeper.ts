import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

interface StagingSweeperOptions {
  readonly blobs: Pick<VolumeUpkeep, 'sweepStaging'>;
  readonly stagingTtlMs: number;
  readonly logger: Logger;
}

/** Deletes what a crash left in staging, judged by its last write: a slow upload hits its idle limit long before. */
export function startStagingSweeper({ blobs, stagingTtlMs, logger }: StagingSweeperOptions): Duty {
  const round = async () => {
    const swept = await blobs.sweepStaging(new Date(Date.now() - stagingTtlMs));
    if (swept > 0) logger.info({ swept }, 'removed abandoned uploads');
    return jittered(stagingTtlMs / 4);
  };
  return startDuty({ name: 'staging sweeper', logger, round });
}

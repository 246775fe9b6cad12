import type { Doorbell } from '#domain/doorbell.ts';
import type { Logger } from '#platform/logger.ts';
import { jittered, startDuty } from './duty.ts';

const everyMs = 5_000;

/**
 * Tries the doorbell while no file comes in, too: so a Redis that refuses is noticed before the next file, and a
 * connection to what is no longer the primary is given up.
 */
export function watchDoorbell(doorbell: Doorbell, logger: Logger): AsyncDisposable {
  const round = async () => {
    // The connection tells of what it meets.
    await doorbell.depth().catch(() => undefined);
    return jittered(everyMs);
  };
  return startDuty({ name: 'doorbell watch', logger, round });
}

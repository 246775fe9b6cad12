import type { Doorbell } from '#domain/doorbell.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

const everyMs = 5_000;

interface DoorbellWatchOptions {
  readonly doorbell: Doorbell;
  readonly logger: Logger;
}

/**
 * Tries the doorbell while no file comes in, too: so a Redis that refuses is noticed before the next file, and a
 * connection to what is no longer the primary is given up.
 */
export function startDoorbellWatch({ doorbell, logger }: DoorbellWatchOptions): Duty {
  const round = async () => {
    // The connection logs its own faults.
    await doorbell.depth().catch(() => undefined);
    return jittered(everyMs);
  };
  return startDuty({ name: 'doorbell watch', logger, round });
}

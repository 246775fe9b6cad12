import type { Doorbell } from '#domain/doorbell.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

const everyMs = 5_000;

/** Probes Redis while no file comes in, so that a refusal or a demoted primary is noticed before the next file. */
export function startDoorbellWatch({
  doorbell,
  logger,
}: {
  readonly doorbell: Doorbell;
  readonly logger: Logger;
}): Duty {
  const round = async () => {
    // The connection logs its own faults.
    await doorbell.depth().catch(() => undefined);
    return jittered(everyMs);
  };
  return startDuty({ name: 'doorbell watch', logger, round });
}

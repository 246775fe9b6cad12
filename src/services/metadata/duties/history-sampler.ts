import type { Database } from '#adapters/postgres/database/database.ts';
import { sampleBacklog } from '#adapters/postgres/history/history.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

/** Often enough for every minute to have a sample. */
const everyMs = 20_000;

/** Notes the backlog once a minute: whichever replica comes first. */
export function startHistorySampler({ database, logger }: { database: Database; logger: Logger }): Duty {
  const round = async () => {
    await sampleBacklog(database);
    return jittered(everyMs);
  };
  return startDuty({ name: 'history sampler', logger, round });
}

import type { Database } from '#adapters/postgres/database/database.ts';
import { pruneHistory } from '#adapters/postgres/history/history.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

/** Few enough for one short statement. */
const most = 2_000;
const everyMs = 10 * 60_000;

/** Deletes minutes, hours and days that are older than the history keeps them. */
export function startHistoryPruner({ database, logger }: { database: Database; logger: Logger }): Duty {
  const round = async () => ((await pruneHistory(database, most)) === most ? 100 : jittered(everyMs));
  return startDuty({ name: 'history pruner', logger, round });
}

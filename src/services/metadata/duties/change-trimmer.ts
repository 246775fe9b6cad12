import type { Database } from '#adapters/postgres/database/database.ts';
import { type Cursor, changesFromNow, forgetChanges } from '#adapters/postgres/files/file-changes.ts';
import { type Duty, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

interface ChangeTrimmerOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** For how long a disconnected reader can resume. */
  readonly keepMs?: number;
}

/**
 * Trims changes that have been visible for `keepMs`: those below the oldest transaction of that time. Transaction ids
 * decide, not times, so that changes of a late commit are kept as long.
 */
export function startChangeTrimmer({ database, logger, keepMs = 60_000 }: ChangeTrimmerOptions): Duty {
  let earlier: Cursor | undefined;
  const round = async () => {
    if (earlier !== undefined) await forgetChanges(database, earlier);
    earlier = await changesFromNow(database);
    return keepMs;
  };
  return startDuty({ name: 'change trimmer', logger, round });
}

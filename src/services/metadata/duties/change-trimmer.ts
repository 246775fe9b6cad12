import type { Database } from '#adapters/postgres/database/database.ts';
import { type Cursor, changesFromNow, forgetChanges } from '#adapters/postgres/files/file-changes.ts';
import { type Duty, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

interface ChangeTrimmerOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** A reader can stay away for so long at least, and resume. */
  readonly keepMs?: number;
}

/**
 * Forgets changes that have been visible for `keepMs` or longer: those below what was the oldest transaction then.
 * By transaction ids, not by times, so that one that commits late is kept as long.
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

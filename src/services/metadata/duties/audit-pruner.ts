import { pruneAudit } from '#adapters/postgres/audit/events.ts';
import type { Database } from '#adapters/postgres/database/database.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

interface AuditPrunerOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly retentionDays: number;
}

/** Few enough for one short statement. */
const most = 2_000;
const everyMs = 60 * 60_000;

/** Deletes events of the audit that are older than its retention. */
export function startAuditPruner({ database, logger, retentionDays }: AuditPrunerOptions): Duty {
  const round = async () => ((await pruneAudit(database, retentionDays, most)) === most ? 100 : jittered(everyMs));
  return startDuty({ name: 'audit pruner', logger, round });
}

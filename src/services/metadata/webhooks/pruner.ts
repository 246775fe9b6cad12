import type { Database } from '#adapters/postgres/database/database.ts';
import { expireEvents, forgetDeliveries } from '#adapters/postgres/webhooks/deliveries.ts';
import { retriedForMs } from '#domain/webhook.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

interface PrunerOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly retentionDays: number;
}

/** Few enough for one short statement: a batch may hold a thousand events. */
const most = 500;
const everyMs = 60_000;
const dayMs = 24 * 60 * 60_000;

/** Gives up what could not be delivered in time, and deletes what is older than its retention. */
export function startWebhookPruner({ database, logger, retentionDays }: PrunerOptions): Duty {
  const round = async () => {
    const expired = await expireEvents(database, retriedForMs, most);
    const forgotten = await forgetDeliveries(database, retentionDays * dayMs, most);
    return expired || forgotten ? 100 : jittered(everyMs);
  };
  return startDuty({ name: 'webhook pruner', logger, round });
}

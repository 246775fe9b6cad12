import { holdBatches } from '#adapters/postgres/batches/batch-holds.ts';
import { holdTenants } from '#adapters/postgres/batches/tenant-holds.ts';
import type { Database } from '#adapters/postgres/database/database.ts';
import type { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import { expireLeases, forgetEndedClaims } from '#adapters/postgres/files/file-leases.ts';
import { takeDueRings } from '#adapters/postgres/files/file-rings.ts';
import { forgetExpiredLocks } from '#adapters/postgres/upkeep/upload-locks.ts';
import { forgetSilentWorkers } from '#adapters/postgres/upkeep/workers.ts';
import { type Doorbell, doorbellWindow } from '#domain/doorbell.ts';
import type { AttemptEvents, EndedAttempt, FailedFile, FileEvents } from '#domain/file-events.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import { leasesRanOut } from '#platform/telemetry/events.ts';
import { instruments } from '#platform/telemetry/instruments.ts';

/** Rounds per lease, and the longest interval between two. */
const roundsPerLease = 8;
const longestIntervalMs = 2_000;
const hurryMs = 50;
const repeated = { occasion: 'repeated' };
const batch = 2_000;
const forgetEveryRounds = 600;

interface ReconcilerOptions {
  readonly database: Database;
  /** Read in each round. */
  readonly clock: DatabaseClock;
  /** Undefined when workers claim from PostgreSQL directly. */
  readonly doorbell: Doorbell | undefined;
  readonly leaseMs: number;
  readonly events: Pick<FileEvents, 'failed'> & Partial<AttemptEvents>;
  readonly logger: Logger;
}

/**
 * Repairs what faults leave behind, by PostgreSQL's clock: re-opens files whose lease expired, and rings again for
 * every PENDING file whose ring was lost or never sent. Any number may run at once.
 */
export function startReconciler(options: ReconcilerOptions): Duty {
  const { database, clock, doorbell, leaseMs, logger } = options;
  const intervalMs = Math.min(longestIntervalMs, leaseMs / roundsPerLease);
  const ringForDue = doorbell === undefined ? async () => false : ringer(database, doorbell);
  let rounds = 0;
  const round = async () => {
    const forgets = rounds++ % forgetEveryRounds === 0;
    await clock.look();
    // First, so that the search for expired leases reads few claims.
    await forgetEndedClaims(database);
    const reopened = await reopenExpired(options);
    // What a caller that died had begun.
    const holdsMore = [await holdBatches(database), await holdTenants(database)].includes(true);
    if (forgets) {
      await forgetSilentWorkers(database);
      await forgetExpiredLocks(database, clock.range(leaseMs));
    }
    // Last, so that a failing Redis delays nothing else.
    const rungMore = await ringForDue();
    // A full batch means that there is probably more to do.
    return reopened === batch || holdsMore || rungMore ? hurryMs : jittered(intervalMs);
  };
  return startDuty({ name: 'reconciler', logger, round, maxBackoffMs: 2 * intervalMs });
}

async function reopenExpired({ database, clock, leaseMs, events, logger }: ReconcilerOptions): Promise<number> {
  const expired = (attempts: readonly EndedAttempt[]) => {
    if (attempts.length > 0) leasesRanOut(logger, attempts);
    events.expired?.(attempts);
  };
  const told = { failed: (files: readonly FailedFile[]) => events.failed(files), expired };
  return (await expireLeases(database, batch, { clock, leaseMs }, told)).length;
}

/** The doorbell is a bounded window: the backlog stays in PostgreSQL. Answers whether there is probably more to do. */
function ringer(database: Database, doorbell: Doorbell): () => Promise<boolean> {
  // Where the next round continues in the backlog.
  let rungUpTo: string | undefined;
  return async () => {
    const room = doorbellWindow - (await doorbell.depth());
    if (room <= 0) return false;
    const { ids, next } = await takeDueRings(database, Math.min(room, batch), rungUpTo);
    rungUpTo = next;
    if (ids.length > 0) {
      await doorbell.ring(ids);
      instruments.rings.add(ids.length, repeated);
    }
    return ids.length > 0 && next !== undefined;
  };
}

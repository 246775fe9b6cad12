import type { Database } from '#adapters/postgres/database/database.ts';
import type { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import { expireLeases, forgetEndedClaims } from '#adapters/postgres/files/file-leases.ts';
import { takeDueRings } from '#adapters/postgres/files/file-rings.ts';
import { forgetConfirmedDeletions } from '#adapters/postgres/upkeep/blob-deletions.ts';
import { forgetExpiredLocks } from '#adapters/postgres/upkeep/upload-locks.ts';
import { forgetSilentWorkers } from '#adapters/postgres/upkeep/workers.ts';
import { type Doorbell, doorbellWindow } from '#domain/doorbell.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import { sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';

/** Rounds in the time of a lease, and the longest time between two. */
const roundsPerLease = 8;
const longestIntervalMs = 2_000;
const hurryMs = 50;
const batch = 2_000;
const forgetEveryRounds = 600;

interface ReconcilerOptions {
  readonly database: Database;
  /** Looked at in each round. */
  readonly clock: DatabaseClock;
  /** undefined when workers take their work from PostgreSQL directly. */
  readonly doorbell: Doorbell | undefined;
  readonly leaseMs: number;
  readonly logger: Logger;
}

/**
 * Repairs what faults leave behind, by PostgreSQL's clock, and with an eye on it: re-opens expired leases, and rings
 * again for every PENDING file whose ring was lost or never sent. Any number may run at once.
 */
export class Reconciler implements AsyncDisposable {
  readonly #database: Database;
  readonly #clock: DatabaseClock;
  readonly #leaseMs: number;
  readonly #doorbell: Doorbell | undefined;
  readonly #logger: Logger;
  readonly #intervalMs: number;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  /** The backlog is gone through bit by bit. */
  #rungUpTo: string | undefined;
  #failing = false;

  constructor({ database, clock, doorbell, leaseMs, logger }: ReconcilerOptions) {
    this.#intervalMs = Math.min(longestIntervalMs, leaseMs / roundsPerLease);
    this.#leaseMs = leaseMs;
    this.#database = database;
    this.#clock = clock;
    this.#doorbell = doorbell;
    this.#logger = logger;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let round = 0; !signal.aborted; round++) {
      const moreToDo = await this.#round(round).catch((error: unknown) => this.#report(error));
      await sleep(moreToDo ? hurryMs : this.#intervalMs * (0.75 + Math.random() / 2), signal);
    }
  }

  /** Answers whether a batch was full, so that there is probably more to do. */
  async #round(round: number): Promise<boolean> {
    await this.#clock.look();
    // First, so that leases are looked for among few claims.
    await forgetEndedClaims(this.#database);
    const reopened = await this.#reopenExpired();
    if (round % forgetEveryRounds === 0) {
      await forgetSilentWorkers(this.#database);
      await forgetConfirmedDeletions(this.#database);
      await forgetExpiredLocks(this.#database, this.#clock.range(this.#leaseMs));
    }
    // Last, so that a Redis that fails keeps nothing else from being done.
    const rungMore = this.#doorbell === undefined ? false : await this.#ringForDue(this.#doorbell);
    this.#failing = false;
    return reopened === batch || rungMore;
  }

  async #reopenExpired(): Promise<number> {
    const ids = await expireLeases(this.#database, batch, { clock: this.#clock, leaseMs: this.#leaseMs });
    if (ids.length > 0)
      this.#logger.warn({ files: ids.length, first: ids[0] }, 'leases ran out: their workers fell silent');
    return ids.length;
  }

  /** The doorbell is a bounded window: the backlog stays in PostgreSQL. Answers whether there is probably more to do. */
  async #ringForDue(doorbell: Doorbell): Promise<boolean> {
    const room = doorbellWindow - (await doorbell.depth());
    if (room <= 0) return false;
    const { ids, next } = await takeDueRings(this.#database, Math.min(room, batch), this.#rungUpTo);
    this.#rungUpTo = next;
    if (ids.length > 0) await doorbell.ring(ids);
    return ids.length > 0 && next !== undefined;
  }

  #report(error: unknown): false {
    if (!this.#failing && !isStoreFault(error))
      this.#logger.warn({ err: error }, 'the reconciler cannot do its round: trying on');
    this.#failing = true;
    return false;
  }
}

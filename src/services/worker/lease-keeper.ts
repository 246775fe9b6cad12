import { maxBatchItems } from '#contract/requests.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { loneLeaseFactor } from '#domain/retry-policy.ts';
import type { Logger } from '#platform/logger.ts';
import type { AttemptsClient } from './lifecycle/attempts.ts';

/** Why work on a claim ended without an outcome of its own. */
export type LossReason = 'FENCED' | 'GONE' | 'EXPIRED' | 'RELEASED';

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  readonly why: LossReason;

  constructor(why: LossReason) {
    super(`The lease was lost: ${why}`);
    this.why = why;
  }
}

/** A claimed file while this worker holds it. */
export interface HeldClaim {
  readonly file: ClaimedFile;
  /** Aborted with `LeaseLost` once the file is no longer ours to work on. Made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Why it is no longer ours, if so. */
  readonly lost: LossReason | undefined;
  /** @throws LeaseLost once the file is no longer ours */
  assertHeld(): void;
  /** Its lease is that of a file that runs alone from now on; `sentAt` is when the metadata service was told so. */
  begunAlone(sentAt: number, leaseMs: number): void;
  /** Ends the work on it, if any goes on. */
  lose(why: LossReason): void;
  /** Its attempt has an outcome: renew it no more. */
  done(): void;
}

/** A lease is looked at this often within its time, and renewed once a third of it is used. */
const looksPerLease = 15;
const renewWhenLeft = 2 / 3;

/**
 * Renews the leases of all held claims. It trusts its own monotonic clock, counted from before each
 * claim or renewal was sent: a lease that ran out by that clock is lost, whatever the others may say.
 */
export class LeaseKeeper implements Disposable {
  readonly #attempts: AttemptsClient;
  readonly #logger: Logger;
  readonly #held = new Set<Entry>();
  #timer: NodeJS.Timeout | undefined;
  #renewing = false;

  constructor(attempts: AttemptsClient, logger: Logger) {
    this.#attempts = attempts;
    this.#logger = logger;
  }

  /** @param expiresAt in the time of `performance.now()` */
  hold(file: ClaimedFile, expiresAt: number, leaseMs: number): HeldClaim {
    const entry = new Entry(file, expiresAt, leaseMs, (gone) => this.#held.delete(gone));
    this.#held.add(entry);
    this.#timer ??= setInterval(() => this.#look(), leaseMs / looksPerLease);
    return entry;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    for (const entry of this.#held) if (entry.expiresAt <= now) this.#lose(entry, 'EXPIRED');
    const due = [...this.#held].filter((entry) => entry.expiresAt - now < entry.leaseMs * renewWhenLeft);
    if (due.length > 0 && !this.#renewing) void this.#renew(due.slice(0, maxBatchItems));
  }

  async #renew(entries: readonly Entry[]): Promise<void> {
    this.#renewing = true;
    const sentAt = performance.now();
    try {
      const leases = entries.map((entry) => entry.file);
      const timeoutMs = Math.min(...entries.map((entry) => entry.leaseMs)) / 3;
      const { outcomes, leaseMs } = await this.#attempts.renew(leases, { timeoutMs });
      for (const [index, entry] of entries.entries()) {
        const outcome = outcomes[index] ?? 'FENCED';
        if (outcome === 'DONE') entry.renewed(sentAt, leaseMs);
        else this.#lose(entry, outcome);
      }
    } catch (error) {
      this.#logger.debug({ err: error, leases: entries.length }, 'leases not renewed yet');
    } finally {
      this.#renewing = false;
    }
  }

  #lose(entry: Entry, why: LossReason): void {
    // What ended while the renewal was on its way has nothing left to lose.
    if (this.#held.has(entry)) entry.lose(why);
  }
}

class Entry implements HeldClaim {
  readonly file: ClaimedFile;
  readonly #forget: (entry: Entry) => void;
  #abort: AbortController | undefined;
  #lost: LossReason | undefined;
  #factor = 1;
  expiresAt: number;
  leaseMs: number;

  constructor(file: ClaimedFile, expiresAt: number, leaseMs: number, forget: (entry: Entry) => void) {
    this.file = file;
    this.expiresAt = expiresAt;
    this.leaseMs = leaseMs;
    this.#forget = forget;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#lost !== undefined) this.#abort.abort(new LeaseLost(this.#lost));
    }
    return this.#abort.signal;
  }

  get lost(): LossReason | undefined {
    return this.#lost;
  }

  assertHeld(): void {
    if (this.#lost !== undefined) throw new LeaseLost(this.#lost);
  }

  begunAlone(sentAt: number, leaseMs: number): void {
    this.#factor = loneLeaseFactor;
    this.renewed(sentAt, leaseMs);
  }

  renewed(sentAt: number, leaseMs: number): void {
    this.leaseMs = leaseMs * this.#factor;
    this.expiresAt = sentAt + this.leaseMs;
  }

  lose(why: LossReason): void {
    this.done();
    this.#lost ??= why;
    this.#abort?.abort(new LeaseLost(why));
  }

  done(): void {
    this.#forget(this);
  }
}

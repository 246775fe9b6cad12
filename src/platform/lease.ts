import type { Logger } from './logger.ts';

/**
 * A lease as its holder sees it. The holder trusts its own monotonic clock, counted from before each request was sent: a
 * lease that has run out by that clock is lost, whatever the granting side says.
 */
export abstract class Lease<Why extends string> {
  #abort: AbortController | undefined;
  #lost: Why | 'EXPIRED' | undefined;
  #expiresAt: number | undefined;
  #ms = 0;

  /** The duration of the latest grant. */
  get ms(): number {
    return this.#ms;
  }

  /** The error that users of the lease get once it is lost. */
  protected abstract loss(why: Why | 'EXPIRED'): Error;

  /** Aborted once the lease is lost. Created lazily, because a process may hold thousands of leases. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#lost !== undefined) this.#abort.abort(this.loss(this.#lost));
    }
    return this.#abort.signal;
  }

  get lost(): Why | 'EXPIRED' | undefined {
    return this.#lost;
  }

  isHeld(): boolean {
    if (this.#expiresAt !== undefined && performance.now() >= this.#expiresAt) this.lose('EXPIRED');
    return this.#expiresAt !== undefined && this.#lost === undefined;
  }

  /** @throws the error of `loss` unless the lease is held */
  assertHeld(): void {
    if (!this.isHeld()) throw this.loss(this.#lost ?? 'EXPIRED');
  }

  /** Whether the lease is held and less than this share of its duration is left. */
  isDue(share: number): boolean {
    return this.isHeld() && (this.#expiresAt ?? 0) - performance.now() < this.#ms * share;
  }

  /** @param sentAt `performance.now()` from before the request */
  renewed(sentAt: number, ms: number): void {
    this.#ms = ms;
    this.#expiresAt = sentAt + ms;
  }

  lose(why: Why | 'EXPIRED'): void {
    this.#lost ??= why;
    this.#abort?.abort(this.loss(this.#lost));
  }
}

interface RenewalOptions<Held> {
  readonly held: () => Iterable<Held>;
  /** Leases are renewed once less than this share of their duration is left. */
  readonly whenLeft: number;
  /** Sends at most one request. */
  readonly renew: (due: readonly Held[]) => Promise<unknown>;
  readonly maxBatch: number;
  readonly logger: Logger;
}

/** Renews leases before they run out, one batch after the other. A failed renewal is retried in the next round. */
export class Renewals<Held extends Lease<string>> implements Disposable {
  readonly #options: RenewalOptions<Held>;
  #timer: NodeJS.Timeout | undefined;
  #renewing = false;

  constructor(options: RenewalOptions<Held>) {
    this.#options = options;
  }

  /** Starts the rounds, unless they have started. */
  begin(everyMs: number): void {
    this.#timer ??= setInterval(() => void this.#look(), everyMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { held, whenLeft, renew, maxBatch, logger } = this.#options;
    const due = [...held()].filter((lease) => lease.isDue(whenLeft));
    if (this.#renewing) return;
    this.#renewing = true;
    try {
      for (let from = 0; from < due.length; from += maxBatch) await renew(due.slice(from, from + maxBatch));
    } catch (error) {
      logger.debug({ err: error, leases: due.length }, 'leases not renewed yet');
    } finally {
      this.#renewing = false;
    }
  }
}

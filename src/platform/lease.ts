import type { Logger } from './logger.ts';

/**
 * A right that others grant for a time. It trusts its own monotonic clock, counted from before each request was sent:
 * a lease that ran out by that clock is lost, whatever the others may say.
 */
export abstract class Lease<Why extends string> {
  #abort: AbortController | undefined;
  #lost: Why | 'EXPIRED' | undefined;
  #expiresAt: number | undefined;
  #ms = 0;

  /** The time for which it was granted last. */
  get ms(): number {
    return this.#ms;
  }

  /** What holders are told once it is lost. */
  protected abstract loss(why: Why | 'EXPIRED'): Error;

  /** Aborted once the lease is lost. It is made when it is first asked for, as thousands of leases may be held. */
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

  /** @throws Error the loss */
  assertHeld(): void {
    if (!this.isHeld()) throw this.loss(this.#lost ?? 'EXPIRED');
  }

  /** Whether it is held, and less than this share of its time is left. */
  isDue(share: number): boolean {
    return this.isHeld() && (this.#expiresAt ?? 0) - performance.now() < this.#ms * share;
  }

  /** @param sentAt in the time of `performance.now()`, before the request */
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
  /** Leases are due once less than this share of their time is left. */
  readonly whenLeft: number;
  /** Sends one request at most. */
  readonly renew: (due: readonly Held[]) => Promise<unknown>;
  readonly maxBatch: number;
  readonly logger: Logger;
}

/** Renews leases before they run out, in one batch after the other. A renewal that fails is retried at the next look. */
export class Renewals<Held extends Lease<string>> implements Disposable {
  readonly #options: RenewalOptions<Held>;
  #timer: NodeJS.Timeout | undefined;
  #renewing = false;

  constructor(options: RenewalOptions<Held>) {
    this.#options = options;
  }

  /** Looks at the leases so often from now on, unless it does already. */
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

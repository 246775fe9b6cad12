const minuteMs = 60_000;

/** So many a minute: a full bucket holds them all, and fills evenly. */
export class TokenBucket {
  readonly #now: () => number;
  #spent = 0;
  #at: number;

  /** @param now a monotonic clock, in milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
    this.#at = now();
  }

  /** Takes one, or tells how many milliseconds later there is one. @param perMinute may change from call to call */
  take(perMinute: number): number {
    if (perMinute === 0) return minuteMs;
    const now = this.#now();
    this.#spent = Math.max(0, this.#spent - ((now - this.#at) * perMinute) / minuteMs);
    this.#at = now;
    const missing = this.#spent + 1 - perMinute;
    // Sums of fractions are not exact.
    if (missing > 1e-9) return Math.ceil((missing * minuteMs) / perMinute - 1e-3);
    this.#spent += 1;
    return 0;
  }
}

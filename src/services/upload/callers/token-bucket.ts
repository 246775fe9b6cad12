const minuteMs = 60_000;

/** So many a minute: a full bucket holds them all, and fills evenly. */
export class TokenBucket {
  #spent = 0;
  #at = performance.now();

  /** Takes one, or tells how many milliseconds later there is one. @param perMinute may change from call to call */
  take(perMinute: number): number {
    const now = performance.now();
    this.#spent = Math.max(0, this.#spent - ((now - this.#at) * perMinute) / minuteMs);
    this.#at = now;
    const missing = this.#spent + 1 - perMinute;
    if (perMinute === 0) return minuteMs;
    if (missing > 0) return Math.ceil((missing * minuteMs) / perMinute);
    this.#spent += 1;
    return 0;
  }
}

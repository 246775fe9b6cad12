import { backoffMs } from '#platform/abort.ts';

/** The time from the first failure since the server last answered. */
export class Outage {
  readonly #forMs: number;
  #since: number | undefined;
  #tries = 0;

  /** @param forMs how long an outage may last */
  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  /** To be called after a failure: the first one begins the outage. */
  isTooLong(): boolean {
    this.#since ??= performance.now();
    return performance.now() - this.#since > this.#forMs;
  }

  nextDelayMs(): number {
    return backoffMs(this.#tries++);
  }

  end(): void {
    this.#since = undefined;
    this.#tries = 0;
  }
}

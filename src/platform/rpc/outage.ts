import { backoffMs } from '#platform/abort.ts';

/** Time from the first failure since the server was last heard. */
export class Outage {
  readonly #forMs: number;
  #since: number | undefined;
  #tries = 0;

  /** @param forMs how long is bearable */
  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  /** Asked after a failure, the first of which begins the outage. */
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

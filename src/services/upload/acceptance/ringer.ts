import { type Doorbell, doorbellWindow } from '#domain/doorbell.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import { ttlMemo } from '../intake/ttl-memo.ts';

/** Ids that wait in memory at most; what comes beyond is left to the reconciler. */
export const maxQueued = 10_000;
const idsPerRing = 500;
const depthRememberedMs = 500;

/**
 * Rings for files that were just acknowledged, so that a worker hears of them at once. Nobody waits for
 * it and it may drop whatever it likes: the metadata service rings again for every file that stays PENDING.
 */
export class Ringer implements AsyncDisposable {
  readonly #doorbell: Doorbell;
  readonly #logger: Logger;
  readonly #depth: () => Promise<number>;
  readonly #stopping = new AbortController();
  #queue: string[] = [];
  #ringing: Promise<void> | undefined;
  #failures = 0;

  constructor(doorbell: Doorbell, logger: Logger) {
    this.#doorbell = doorbell;
    this.#logger = logger;
    this.#depth = ttlMemo(depthRememberedMs, () => doorbell.depth());
  }

  /** Returns at once. */
  ring(id: string): void {
    if (this.#queue.length < maxQueued) this.#queue.push(id);
    this.#ringing ??= this.#ringAll();
  }

  /** Rings for what is queued, unless the bell is away. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#ringing;
  }

  async #ringAll(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#queue.length > 0 && !(signal.aborted && this.#failures > 0)) {
      await this.#ringBatch(this.#queue.splice(0, idsPerRing));
      if (this.#failures > 0) await sleep(backoffMs(this.#failures, { baseMs: 250 }), signal);
    }
    // In the same step as the look at the queue: an id that comes next starts a new series.
    this.#ringing = undefined;
  }

  async #ringBatch(ids: readonly string[]): Promise<void> {
    try {
      if ((await this.#depth()) < doorbellWindow) await this.#doorbell.ring(ids);
      this.#failures = 0;
    } catch (error) {
      this.#logger.debug({ err: error, files: ids.length }, 'files wait for the next ring');
      this.#failures += 1;
    }
  }
}

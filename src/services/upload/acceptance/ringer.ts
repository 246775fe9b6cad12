import { type Doorbell, doorbellWindow } from '#domain/doorbell.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import { ttlMemo } from '#platform/ttl-memo.ts';

const first = { occasion: 'first' };

/** Ids that wait in memory at most; the reconciler rings for the rest. */
export const maxQueued = 10_000;
const idsPerRing = 500;
const depthTtlMs = 500;

/**
 * Rings for files that were just acknowledged, so that a worker claims them at once. Nothing waits for it, and it may
 * drop rings: the reconciler rings again for every file that stays PENDING.
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
    this.#depth = ttlMemo(depthTtlMs, () => doorbell.depth());
  }

  ring(id: string): void {
    if (this.#queue.length < maxQueued) this.#queue.push(id);
    this.#ringing ??= this.#ringAll();
  }

  /** Rings for what is queued, unless Redis is unavailable. */
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
    // Synchronous with the check of the queue, so that the next id starts a new loop.
    this.#ringing = undefined;
  }

  async #ringBatch(ids: readonly string[]): Promise<void> {
    try {
      if ((await this.#depth()) < doorbellWindow) {
        await this.#doorbell.ring(ids);
        instruments.rings.add(ids.length, first);
      }
      this.#failures = 0;
    } catch (error) {
      this.#logger.debug({ err: error, files: ids.length }, 'ring failed: files wait for the next one');
      this.#failures += 1;
    }
  }
}

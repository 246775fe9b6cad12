import { type Doorbell, doorbellWindow } from '#domain/doorbell.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import type { Span } from '#platform/telemetry/span.ts';
import type { TraceContext } from '#platform/telemetry/trace-context.ts';
import { inSpans, startChild } from '#platform/telemetry/traces.ts';
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
  /** Of the queued files that are traced. */
  readonly #spans = new Map<string, Span>();
  #ringing: Promise<void> | undefined;
  #failures = 0;

  constructor(doorbell: Doorbell, logger: Logger) {
    this.#doorbell = doorbell;
    this.#logger = logger;
    this.#depth = ttlMemo(depthTtlMs, () => doorbell.depth());
  }

  /** @param trace that of the file */
  ring(id: string, trace?: TraceContext): void {
    if (this.#queue.length < maxQueued) {
      this.#queue.push(id);
      const span = startChild('ring', trace, { attributes: { 'filemill.file.id': id } });
      if (span !== undefined) this.#spans.set(id, span);
    }
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
      await inSpans(this.#spansOf(ids), async () => {
        if ((await this.#depth()) >= doorbellWindow) return;
        await this.#doorbell.ring(ids);
        instruments.rings.add(ids.length, first);
      });
      this.#failures = 0;
    } catch (error) {
      this.#logger.debug({ err: error, files: ids.length }, 'ring failed: files wait for the next one');
      this.#failures += 1;
    }
  }

  #spansOf(ids: readonly string[]): Span[] {
    if (this.#spans.size === 0) return [];
    return ids.flatMap((id) => {
      const span = this.#spans.get(id);
      this.#spans.delete(id);
      return span ?? [];
    });
  }
}

import { isStoreFault } from '#domain/store-fault.ts';
import { backoffMs, sleep } from './abort.ts';
import type { Logger } from './logger.ts';

/** A background loop of a service, which runs until it is disposed of. */
export type Duty = AsyncDisposable;

export interface DutyOptions {
  readonly name: string;
  readonly logger: Logger;
  /** Does what is due and returns the milliseconds until the next round. */
  readonly round: (signal: AbortSignal) => Promise<number>;
  /** The longest pause after a failure. */
  readonly maxBackoffMs?: number;
}

/** A few failures are normal while another service restarts. */
const failuresBeforeWarning = 3;
/** The services of a system start together, and on a busy machine one may be much slower than another. */
const mayStartForMs = 20_000;

/**
 * Starts a duty. A failed round is retried with backoff. A series of failures is logged once, except failures of a store,
 * which the owner of its connection logs.
 */
export function startDuty({ name, logger, round, maxBackoffMs = 30_000 }: DutyOptions): Duty {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    let told = false;
    let worked = false;
    const startedAt = performance.now();
    for (let failures = 0; !signal.aborted; ) {
      let pauseMs: number;
      try {
        pauseMs = await round(signal);
        if (told) logger.info({ duty: name, recovered: true }, `${name} works again`);
        told = false;
        worked = true;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        const isStarting = !worked && performance.now() - startedAt < mayStartForMs;
        if (failures >= failuresBeforeWarning && !told && !isStarting && !isStoreFault(error)) {
          told = true;
          logger.warn({ duty: name, err: error }, `${name} fails: retrying`);
        }
        pauseMs = backoffMs(failures, { baseMs: Math.min(500, maxBackoffMs), maxMs: maxBackoffMs });
      }
      if (pauseMs > 0) await sleep(pauseMs, signal);
    }
  };
  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

/** `ms` plus or minus up to a quarter, so that the rounds of many processes spread. */
export function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}

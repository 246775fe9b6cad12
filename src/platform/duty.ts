import { isStoreFault } from '#domain/store-fault.ts';
import { backoffMs, sleep } from './abort.ts';
import type { Logger } from './logger.ts';

/** Work that a service does over and over until it is disposed of. */
export type Duty = AsyncDisposable;

export interface DutyOptions {
  readonly name: string;
  readonly logger: Logger;
  /** Does what is due and answers with the milliseconds until it should look again. */
  readonly round: (signal: AbortSignal) => Promise<number>;
  /** Bounds the pause after a failure. */
  readonly maxBackoffMs?: number;
}

/** One failure is no news while the services of a system start or restart. */
const failuresBeforeWarning = 3;

/**
 * Starts a loop that ends when it is disposed of. A failed round is retried with backoff. A series of failures is
 * logged once, unless a store failed, which whoever holds it has logged.
 */
export function startDuty({ name, logger, round, maxBackoffMs = 30_000 }: DutyOptions): Duty {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    for (let failures = 0; !signal.aborted; ) {
      let pauseMs: number;
      try {
        pauseMs = await round(signal);
        if (failures >= failuresBeforeWarning) logger.info({ duty: name }, `${name} works again`);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        if (failures === failuresBeforeWarning && !isStoreFault(error))
          logger.warn({ duty: name, err: error }, `${name} fails: retrying`);
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

/** Spreads the rounds of many processes: `ms` give or take a quarter. */
export function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}

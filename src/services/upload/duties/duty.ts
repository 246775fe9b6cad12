import { isStoreFault } from '#domain/store-fault.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';

export interface DutyOptions {
  readonly name: string;
  readonly logger: Logger;
  /** Does what is due and answers with the milliseconds until it should look again. */
  readonly round: (signal: AbortSignal) => Promise<number>;
}

/** One failure is no news while the services of a system start or restart. */
const failuresBeforeSaying = 3;

/**
 * Goes round until it is disposed of. A series of failures is said once, unless it is that of a store, of which another
 * service tells; and it is waited out with backoff.
 */
export function startDuty({ name, logger, round }: DutyOptions): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  const goRound = async () => {
    for (let failures = 0; !signal.aborted; ) {
      let pauseMs: number;
      try {
        pauseMs = await round(signal);
        if (failures >= failuresBeforeSaying) logger.info({ duty: name }, 'works again');
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === failuresBeforeSaying && !isStoreFault(error))
          logger.warn({ duty: name, err: error }, 'fails: goes on trying');
        pauseMs = backoffMs(failures, { baseMs: 500, maxMs: 30_000 });
      }
      await sleep(pauseMs, signal);
    }
  };
  const going = goRound();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await going;
    },
  };
}

/** Spreads the rounds of many processes: `ms` give or take a quarter. */
export function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}

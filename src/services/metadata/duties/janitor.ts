import type { Database } from '#adapters/postgres/database/database.ts';
import { forgetRemovedRules, setDefaultRule } from '#adapters/postgres/retention/rules.ts';
import { dueWalks, type Walk, walkPage } from '#adapters/postgres/retention/walks.ts';
import { forgetConfirmedDeletions } from '#adapters/postgres/upkeep/blob-deletions.ts';
import type { Keeping } from '#domain/retention.ts';
import { sleep } from '#platform/abort.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import { retentionRemoved } from '#platform/telemetry/events.ts';

interface JanitorOptions {
  readonly database: Database;
  /** What holds where no rule is set. */
  readonly defaults: Keeping;
  readonly logger: Logger;
}

/** Few enough that no other statement waits long for the locks of one page. */
const filesPerPage = 500;
const deletionsPerPage = 5_000;
/**
 * After each page it rests for so many times as long: while files wait it takes a thirtieth of one connection, otherwise a fifth,
 * however slow that is.
 */
const restFactors = { waiting: 29, idle: 4 } as const;
const leastRestMs = 20;
const pauseMs = 5_000;
const forgetEveryMs = 10 * 60_000;

/**
 * Removes files, or their bytes, whose retention has ended: docs/retention.md. Any number may run at once; each page is
 * walked by one of them.
 */
export function startJanitor({ database, defaults, logger }: JanitorOptions): Duty {
  let knowsDefaults = false;
  let forgetsAt = 0;
  const round = async (signal: AbortSignal) => {
    if (!knowsDefaults) await setDefaultRule(database, defaults);
    knowsDefaults = true;
    await forgetRemovedRules(database);
    for (const walk of await dueWalks(database)) await finish(walk, signal);
    if (performance.now() >= forgetsAt) {
      await inPages(signal, async () => {
        const forgotten = await forgetConfirmedDeletions(database, deletionsPerPage);
        return { more: forgotten === deletionsPerPage, rest: restFactors.waiting };
      });
      forgetsAt = performance.now() + jittered(forgetEveryMs);
    }
    return jittered(pauseMs);
  };

  async function finish(walk: Walk, signal: AbortSignal): Promise<void> {
    const total = { files: 0, bytes: 0 };
    await inPages(signal, async () => {
      const { files, bytes, looked, filesWait } = await walkPage(database, walk, filesPerPage);
      retentionRemoved(walk.what, files);
      total.files += files;
      total.bytes += bytes;
      return { more: looked === filesPerPage, rest: restFactors[filesWait ? 'waiting' : 'idle'] };
    });
    if (total.files > 0) logger.info({ ...walk, ...total }, `retention removed ${words[walk.what]}`);
  }

  return startDuty({ name: 'janitor', logger, round });
}

const words = { files: 'files', bytes: 'the bytes of files' } as const;

interface Page {
  readonly more: boolean;
  /** How many times as long as the page took. */
  readonly rest: number;
}

/** Does page after page, until one says that it was the last, or the service stops. */
async function inPages(signal: AbortSignal, nextPage: () => Promise<Page>): Promise<void> {
  for (let goesOn = true; goesOn && !signal.aborted; ) {
    const begun = performance.now();
    const { more, rest } = await nextPage();
    goesOn = more;
    await sleep(Math.max(leastRestMs, rest * (performance.now() - begun)), signal);
  }
}

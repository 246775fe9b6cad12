import type { Database } from '#adapters/postgres/database/database.ts';
import { forgetRemovedRules, setDefaultRule } from '#adapters/postgres/retention/rules.ts';
import { dueWalks, type Walk, walkPage } from '#adapters/postgres/retention/walks.ts';
import type { Keeping } from '#domain/retention.ts';
import { sleep } from '#platform/abort.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';

interface JanitorOptions {
  readonly database: Database;
  /** What holds where no rule is set. */
  readonly defaults: Keeping;
  readonly logger: Logger;
}

/** Few enough that no other statement waits long for the locks of one page. */
const filesPerPage = 500;
/** Of each page's time, so many times as long it rests: the janitor takes a fifth of one connection, however slow that is. */
const restFactor = 4;
const leastRestMs = 20;
const pauseMs = 5_000;

/**
 * Removes files, or their bytes, whose retention has ended: docs/retention.md. Any number may run at once; each page is
 * walked by one of them.
 */
export function startJanitor({ database, defaults, logger }: JanitorOptions): Duty {
  let knowsDefaults = false;
  const round = async (signal: AbortSignal) => {
    if (!knowsDefaults) await setDefaultRule(database, defaults);
    knowsDefaults = true;
    await forgetRemovedRules(database);
    const walks = await dueWalks(database);
    for (const walk of walks) {
      if (signal.aborted) break;
      await finish(walk, signal);
    }
    return jittered(pauseMs);
  };

  /** Walks to the end, or until the service stops. */
  async function finish(walk: Walk, signal: AbortSignal): Promise<void> {
    const total = { files: 0, bytes: 0 };
    for (let looked = filesPerPage; looked === filesPerPage && !signal.aborted; ) {
      const begun = performance.now();
      const removed = await walkPage(database, walk, filesPerPage);
      total.files += removed.files;
      total.bytes += removed.bytes;
      looked = removed.looked;
      await sleep(Math.max(leastRestMs, restFactor * (performance.now() - begun)), signal);
    }
    if (total.files > 0)
      logger.info({ ...walk, ...total }, `retention removed ${walk.what === 'files' ? 'files' : 'the bytes of files'}`);
  }

  return startDuty({ name: 'janitor', logger, round });
}

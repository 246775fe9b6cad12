import type { Database } from '#adapters/postgres/database/database.ts';
import { changesFromNow, forgetChanges } from '#adapters/postgres/files/file-changes.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import { sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';

/** So long at least can a reader stay away and resume. */
const keepMs = 60_000;

/**
 * Forgets changes that have been visible for `keepMs` or longer: those below what was the oldest transaction then.
 * By transaction ids, not by times, so that one that commits late is kept as long.
 */
export class ChangeTrimmer implements AsyncDisposable {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(database: Database, logger: Logger, everyMs = keepMs) {
    this.#running = this.#run(database, logger, everyMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(database: Database, logger: Logger, everyMs: number): Promise<void> {
    const { signal } = this.#stopping;
    let failing = false;
    while (!signal.aborted) {
      try {
        const cursor = await changesFromNow(database);
        await sleep(everyMs, signal);
        if (signal.aborted) return;
        await forgetChanges(database, cursor);
        failing = false;
      } catch (error) {
        if (!failing && !isStoreFault(error)) logger.warn({ err: error }, 'cannot forget old changes: trying on');
        failing = true;
        await sleep(everyMs / 10, signal);
      }
    }
  }
}

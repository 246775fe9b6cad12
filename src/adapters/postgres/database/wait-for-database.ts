import { FilemillError } from '#domain/errors.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import { ConfigError } from '#platform/config-error.ts';
import type { Logger } from '#platform/logger.ts';
import type { Database } from './database.ts';

/**
 * Waits for PostgreSQL and its schema at boot, and logs what it waits for. It also waits for roles, databases and schemas,
 * which operators often create while the services start.
 *
 * @throws ConfigError when PostgreSQL refuses until the end; otherwise the last failure
 */
export async function waitForDatabase(
  database: Database,
  { logger, signal, forMs = 60_000 }: { logger: Logger; signal: AbortSignal; forMs?: number },
): Promise<void> {
  const giveUpAt = performance.now() + forMs;
  let said = '';
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await database.readOnly();
      return;
    } catch (error) {
      const refused = error instanceof FilemillError && error.reason === 'STORE_REFUSES';
      if (performance.now() > giveUpAt) throw refused ? new ConfigError(error.message, { cause: error }) : error;
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== said)
        logger.warn(
          { detail: problem, givingUpInMs: Math.round(giveUpAt - performance.now()) },
          'waiting for the database',
        );
      said = problem;
      await sleep(500 + backoffMs(attempt, { baseMs: 250, maxMs: 3_000 }), signal);
    }
  }
}

import { FilemillError } from '#domain/errors.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import { ConfigError } from '#platform/config-error.ts';
import type { Logger } from '#platform/logger.ts';
import type { Database } from './database.ts';
import { requireDurableCommits } from './durability.ts';
import { requireTenantRole } from './roles.ts';

interface Waiting {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Asks PostgreSQL for more, such as `requireSoundness`: a server that is busy is asked again. */
  readonly demands?: () => Promise<void>;
  readonly forMs?: number;
}

/** What a service demands of its database before it serves. @throws ConfigError */
export async function requireSoundness(
  database: Database,
  { allowUnsafeDatabase, auth }: { readonly allowUnsafeDatabase: boolean; readonly auth: string },
): Promise<void> {
  await requireDurableCommits(database, { allowUnsafe: allowUnsafeDatabase });
  if (auth === 'required') await requireTenantRole(database);
}

/**
 * Waits for PostgreSQL and its schema at boot, and logs what it waits for. It also waits for roles, databases and schemas,
 * which operators often create while the services start.
 *
 * @throws ConfigError when PostgreSQL refuses until the end, or does not meet the demands; otherwise the last failure
 */
export async function waitForDatabase(
  database: Database,
  { logger, signal, demands, forMs = 60_000 }: Waiting,
): Promise<void> {
  const giveUpAt = performance.now() + forMs;
  let said = '';
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await database.readOnly();
      await demands?.();
      return;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
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

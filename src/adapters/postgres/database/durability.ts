import { ConfigError } from '#platform/config.ts';
import type { Database, Statement } from './database.ts';

const unsafe: Statement = {
  text: `
    select name from pg_settings
    where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name`,
};

/**
 * Refuses a PostgreSQL that may lose committed data, because no acknowledgement could be kept. Checks the settings of this
 * role and database, not only those of the server.
 *
 * @throws ConfigError naming the settings, unless `allowUnsafe`
 */
export async function requireDurableCommits(
  database: Database,
  { allowUnsafe }: { readonly allowUnsafe: boolean },
): Promise<void> {
  if (allowUnsafe) return;
  const rows = await database.query<{ name: string }>(unsafe);
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new ConfigError(
    `PostgreSQL runs with ${names} off and may lose committed data: turn it on, or accept the loss with FILEMILL_ALLOW_UNSAFE_DATABASE=1`,
  );
}

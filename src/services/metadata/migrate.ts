import { onceReachable } from '#adapters/postgres/database/connect.ts';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { prepareDatabase } from '#adapters/postgres/database/prepare-database.ts';
import { boot } from '#platform/boot.ts';
import { readMigrateConfig } from './migrate-config.ts';

// Waits for PostgreSQL, creates role and database if it is given a superuser, and applies the missing migrations of
// db/migrations. May be repeated.
const { config, logger } = await boot('migrate', readMigrateConfig, process.env);
const stopping = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort(new Error(name)));

try {
  const onAway = (problem: string) => logger.warn({ detail: problem }, 'waiting for PostgreSQL');
  const whenReachable = { signal: stopping.signal, forMs: config.databaseWaitMs, onAway };
  const { adminDatabaseUrl: adminUrl, databaseUrl: url, metadataDatabaseUrl, resultDatabaseUrl } = config;
  const serviceUrls = [metadataDatabaseUrl, resultDatabaseUrl].filter((one) => one !== undefined);
  if (adminUrl !== undefined) await onceReachable(() => prepareDatabase(adminUrl, url, serviceUrls), whenReachable);
  const applied = await onceReachable(() => migrate(url), whenReachable);
  logger.info({ applied }, 'the schema is up to date');
} catch (error) {
  logger.fatal({ err: error }, 'the schema is not up to date');
  process.exitCode = 1;
}

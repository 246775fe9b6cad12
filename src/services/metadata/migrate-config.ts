import { databaseUrl } from '#adapters/postgres/database/settings.ts';
import { commonSettings, integer, readConfig } from '#platform/config.ts';

/** @throws ConfigError */
export function readMigrateConfig(env: NodeJS.ProcessEnv) {
  const settings = readConfig(
    {
      FILEMILL_LOG_LEVEL: commonSettings.FILEMILL_LOG_LEVEL,
      FILEMILL_LOG_FORMAT: commonSettings.FILEMILL_LOG_FORMAT,
      FILEMILL_DATABASE_URL: databaseUrl,
      /** A superuser, to make the role and the database of FILEMILL_DATABASE_URL; without it both must exist. */
      FILEMILL_ADMIN_DATABASE_URL: databaseUrl.optional(),
      /** How long PostgreSQL may take to answer. */
      FILEMILL_DATABASE_WAIT_MS: integer(0, 3_600_000).default(300_000),
    },
    env,
  );
  return {
    log: { level: settings.FILEMILL_LOG_LEVEL, format: settings.FILEMILL_LOG_FORMAT },
    database: { url: settings.FILEMILL_DATABASE_URL, adminUrl: settings.FILEMILL_ADMIN_DATABASE_URL },
    waitMs: settings.FILEMILL_DATABASE_WAIT_MS,
  };
}

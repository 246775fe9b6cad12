import { databaseUrl } from '#adapters/postgres/database/settings.ts';
import { commonSettings, integer, readSettings } from '#platform/config.ts';

export const migrateSettings = {
  logLevel: commonSettings.logLevel,
  logFormat: commonSettings.logFormat,
  databaseUrl,
  /** A superuser that creates the role and the database of FILEMILL_DATABASE_URL; without it both must exist. */
  adminDatabaseUrl: databaseUrl.optional(),
  /** By which the metadata service connects as a role of its own; the superuser lets it log in. */
  metadataDatabaseUrl: databaseUrl.optional(),
  /** As FILEMILL_METADATA_DATABASE_URL, for the result service. */
  resultDatabaseUrl: databaseUrl.optional(),
  /** How long to wait for PostgreSQL. */
  databaseWaitMs: integer(0, 3_600_000).default(300_000),
} as const;

/** @throws ConfigError */
export function readMigrateConfig(env: NodeJS.ProcessEnv) {
  return readSettings(migrateSettings, env);
}

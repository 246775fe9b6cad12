import { z } from 'zod';
import { databaseSettings } from '#adapters/postgres/database/settings.ts';
import { commonSettings, listenAddress, readSettings } from '#platform/config.ts';
import { exposureSettings, requireServiceCredentials } from '#platform/exposure.ts';
import { internalServerSettings } from '#platform/rpc/server.ts';
import { tlsSettings } from '#platform/tls/settings.ts';

export const resultSettings = {
  ...commonSettings,
  ...tlsSettings,
  ...databaseSettings,
  ...internalServerSettings,
  auth: exposureSettings.auth,
  /** Where kept texts are read; without it, none are found. */
  storageDir: z.string().optional(),
  /** Internal listener: only the other services may reach it. */
  grpcListen: listenAddress.default('127.0.0.1:50053'),
} as const;

/** @throws ConfigError */
export function readResultConfig(env: NodeJS.ProcessEnv) {
  const settings = readSettings(resultSettings, env);
  requireServiceCredentials(settings, settings.grpcListen);
  return settings;
}

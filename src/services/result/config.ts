import { storePlaces, storeSettings } from '#adapters/blobs/settings.ts';
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
  ...storeSettings,
  /** Internal listener: only the other services may reach it. */
  grpcListen: listenAddress.default('127.0.0.1:50053'),
} as const;

/** @throws ConfigError */
export function readResultConfig(env: NodeJS.ProcessEnv) {
  const settings = readSettings(resultSettings, env);
  requireServiceCredentials(settings, settings.grpcListen);
  const { store, storeAlso, storageDir } = settings;
  const isSet = store !== 'volume' || storeAlso !== undefined || storageDir !== undefined;
  // Where kept texts are read; without it, none are found.
  return { ...settings, places: isSet ? storePlaces(settings) : undefined };
}

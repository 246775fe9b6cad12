import { databaseSettings, databaseUrl } from '#adapters/postgres/database/settings.ts';
import { redisSettings } from '#adapters/redis/settings.ts';
import { defaultLeaseMs, defaultMaxAttempts } from '#domain/retry-policy.ts';
import { commonSettings, integer, listenAddress, readSettings } from '#platform/config.ts';
import { exposureSettings, requireServiceCredentials } from '#platform/exposure.ts';
import { internalServerSettings } from '#platform/rpc/server.ts';
import { tlsSettings } from '#platform/tls/settings.ts';
import { identityConfig, identitySettings } from './access/config.ts';

export const metadataSettings = {
  ...commonSettings,
  ...tlsSettings,
  ...redisSettings,
  ...databaseSettings,
  /** For LISTEN, bypassing a pooler in transaction mode. */
  databaseListenUrl: databaseUrl.optional(),
  ...internalServerSettings,
  auth: exposureSettings.auth,
  ...identitySettings,
  /** Internal listener: only the other services may reach it. */
  grpcListen: listenAddress.default('127.0.0.1:50052'),
  leaseMs: integer(500, 3_600_000).default(defaultLeaseMs),
  /** Shorter than the idle timeouts of proxies: 60 s in nginx, 50 s in Debian's HAProxy. */
  watchHeartbeatMs: integer(100).default(20_000),
  maxAttempts: integer(1, 100).default(defaultMaxAttempts),
} as const;

/** @throws ConfigError */
export function readMetadataConfig(env: NodeJS.ProcessEnv) {
  const settings = readSettings(metadataSettings, env);
  requireServiceCredentials(settings, settings.grpcListen);
  return { ...settings, identity: identityConfig(settings) };
}

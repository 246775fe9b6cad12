import { databaseSettings, databaseUrl } from '#adapters/postgres/database/settings.ts';
import { redisSettings } from '#adapters/redis/settings.ts';
import { defaultLeaseMs, defaultMaxAttempts } from '#domain/retry-policy.ts';
import { commonSettings, integer, listenAddress, readConfig } from '#platform/config.ts';
import { internalServerSettings } from '#platform/rpc/server.ts';

export function readMetadataConfig(env: NodeJS.ProcessEnv) {
  const settings = readConfig(
    {
      ...commonSettings,
      ...redisSettings,
      ...databaseSettings,
      /** Past a pooler in transaction mode, for the one connection on which PostgreSQL tells of changes. */
      FILEMILL_DATABASE_LISTEN_URL: databaseUrl.optional(),
      ...internalServerSettings,
      /** Internal listener: only the other services may reach it. */
      FILEMILL_GRPC_LISTEN: listenAddress.default('127.0.0.1:50052'),
      FILEMILL_LEASE_MS: integer(500, 3_600_000).default(defaultLeaseMs),
      /** Shorter than the silence after which proxies cut a stream: 60 s in nginx, 50 s in Debian's HAProxy. */
      FILEMILL_WATCH_HEARTBEAT_MS: integer(100).default(20_000),
      FILEMILL_MAX_ATTEMPTS: integer(1, 100).default(defaultMaxAttempts),
    },
    env,
  );
  return {
    log: { level: settings.FILEMILL_LOG_LEVEL, format: settings.FILEMILL_LOG_FORMAT },
    opsListen: settings.FILEMILL_OPS_LISTEN,
    grpcListen: settings.FILEMILL_GRPC_LISTEN,
    maxConnectionAgeMs: settings.FILEMILL_GRPC_MAX_CONNECTION_AGE_MS,
    database: {
      url: settings.FILEMILL_DATABASE_URL,
      poolSize: settings.FILEMILL_DATABASE_POOL,
      allowUnsafe: settings.FILEMILL_ALLOW_UNSAFE_DATABASE === '1',
    },
    listenUrl: settings.FILEMILL_DATABASE_LISTEN_URL ?? settings.FILEMILL_DATABASE_URL,
    redisUrl: settings.FILEMILL_REDIS_URL,
    leaseMs: settings.FILEMILL_LEASE_MS,
    watchHeartbeatMs: settings.FILEMILL_WATCH_HEARTBEAT_MS,
    maxAttempts: settings.FILEMILL_MAX_ATTEMPTS,
  };
}

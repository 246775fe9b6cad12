import { databaseSettings } from '#adapters/postgres/database/settings.ts';
import { commonSettings, listenAddress, readConfig } from '#platform/config.ts';
import { internalServerSettings } from '#platform/rpc/server.ts';

export function readResultConfig(env: NodeJS.ProcessEnv) {
  const settings = readConfig(
    {
      ...commonSettings,
      ...databaseSettings,
      ...internalServerSettings,
      /** Internal listener: only the other services may reach it. */
      FILEMILL_GRPC_LISTEN: listenAddress.default('127.0.0.1:50053'),
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
  };
}

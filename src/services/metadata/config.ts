import { databaseSettings, databaseUrl } from '#adapters/postgres/database/settings.ts';
import { redisSettings } from '#adapters/redis/settings.ts';
import type { Quota } from '#domain/quota.ts';
import { type Keeping, requireKeeping } from '#domain/retention.ts';
import { defaultLeaseMs, defaultMaxAttempts } from '#domain/retry-policy.ts';
import {
  byteSize,
  ConfigError,
  commonSettings,
  integer,
  listenAddress,
  readSettings,
  timeSpan,
} from '#platform/config.ts';
import { exposureSettings, requireServiceCredentials } from '#platform/exposure.ts';
import { internalServerSettings } from '#platform/rpc/server.ts';
import { tlsSettings } from '#platform/tls/settings.ts';
import { identityConfig, identitySettings } from './access/config.ts';
import { webhookConfig, webhookSettings } from './webhooks/config.ts';

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
  /** How long a claim lasts unless the worker renews it. */
  leaseMs: integer(500, 3_600_000).default(defaultLeaseMs),
  /** Shorter than the idle timeouts of proxies: 60 s in nginx, 50 s in Debian's HAProxy. */
  watchHeartbeatMs: integer(100).default(20_000),
  /** How long the audit is kept. */
  auditRetentionDays: integer(7, 36_500).default(400),
  /** The quota of files for tenants for which none is set; unset for no limit. */
  defaultMaxFiles: integer(0).optional(),
  /** The quota of bytes for tenants for which none is set; unset for no limit. */
  defaultMaxBytes: byteSize.optional(),
  /** The quota of uploads at once for tenants for which none is set; unset for no limit. */
  defaultMaxUploads: integer(0).optional(),
  /** The quota of requests a minute for tenants for which none is set; unset for no limit. */
  defaultMaxRequestsPerMinute: integer(0).optional(),
  /** How long ended files are kept where no rule says otherwise; unset for ever. */
  keepFiles: timeSpan.optional(),
  /** How long the bytes of ended files are kept where no rule says otherwise; unset for ever. */
  keepBytes: timeSpan.optional(),
  ...webhookSettings,
  /** After so many attempts that failed, a file is FAILED. */
  maxAttempts: integer(1, 100).default(defaultMaxAttempts),
} as const;

/** @throws ConfigError */
export function readMetadataConfig(env: NodeJS.ProcessEnv) {
  const settings = readSettings(metadataSettings, env);
  requireServiceCredentials(settings, settings.grpcListen);
  const defaultQuota: Quota = {
    maxFiles: settings.defaultMaxFiles,
    maxBytes: settings.defaultMaxBytes,
    maxUploads: settings.defaultMaxUploads,
    maxRequestsPerMinute: settings.defaultMaxRequestsPerMinute,
  };
  const webhooks = webhookConfig(settings, settings.redisUrl);
  return {
    ...settings,
    defaultQuota,
    defaultKeeping: defaultKeeping(settings),
    webhooks,
    identity: identityConfig(settings),
  };
}

/** @throws ConfigError */
function defaultKeeping(settings: {
  readonly keepFiles?: number | undefined;
  readonly keepBytes?: number | undefined;
}): Keeping {
  try {
    return requireKeeping({ keepFiles: settings.keepFiles ?? null, keepBytes: settings.keepBytes ?? null });
  } catch (cause) {
    throw new ConfigError(
      'FILEMILL_KEEP_FILES and FILEMILL_KEEP_BYTES must be a minute at least, and bytes cannot be kept longer than files',
      { cause },
    );
  }
}

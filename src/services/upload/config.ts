import { z } from 'zod';
import { redisSettings } from '#adapters/redis/settings.ts';
import { byteSize, commonSettings, grpcTarget, integer, listenAddress, readConfig } from '#platform/config.ts';
import { ProxyRules } from '#platform/rpc/proxy.ts';

export interface UploadConfig {
  readonly grpcListen: string;
  readonly opsListen: string;
  /** Of its calls to the other services. */
  readonly proxies: ProxyRules;
  readonly metadataTarget: string;
  readonly resultTarget: string;
  /** `none` for no Redis. */
  readonly redisUrl: string;
  readonly storageDir: string;
  /** Bytes. */
  readonly maxFileSize: number;
  /** Bytes from which a file is stored by itself; 0 for every one. */
  readonly packBelow: number;
  /** How long small files are appended to one segment. */
  readonly segmentAgeMs: number;
  /** Bytes of the volume that uploads leave free. */
  readonly diskReserve: number;
  /** Files that may come in at the same time. */
  readonly maxUploads: number;
  /** PENDING files at which no more are taken in; 0 for no limit. */
  readonly maxBacklog: number;
  readonly streamIdleMs: number;
  /** Bytes a second. */
  readonly streamMinRate: number;
  /** How long an upload in several calls is kept after the last of them. */
  readonly uploadExpiryMs: number;
  /** What uploads may hold that nobody goes on with. */
  readonly incomplete: { readonly maxUploads: number; readonly maxBytes: number | undefined };
  readonly stagingTtlMs: number;
  readonly orphanTtlMs: number;
  /** How long to ask again whether a file was registered. */
  readonly registrationRetryMs: number;
  readonly log: { readonly level: string; readonly format: 'pretty' | 'json' | undefined };
}

/** Shorter than the drain of the server, so that a shutdown waits for an answer. */
const registrationRetryMs = 15_000;

/** A file may be registered until its key is an hour old; what is swept must be older by a safe margin. */
const minOrphanTtlMs = 2 * 60 * 60 * 1_000;

/** Small files are received into memory. */
const maxPackBelow = 512 * 1_024;

/** @throws ConfigError */
export function readUploadConfig(env: NodeJS.ProcessEnv): UploadConfig {
  const settings = readConfig(
    {
      ...commonSettings,
      ...redisSettings,
      FILEMILL_GRPC_LISTEN: listenAddress.default('127.0.0.1:50051'),
      FILEMILL_METADATA_TARGET: grpcTarget.default('127.0.0.1:50052'),
      FILEMILL_RESULT_TARGET: grpcTarget.default('127.0.0.1:50053'),
      FILEMILL_STORAGE_DIR: z.string(),
      FILEMILL_MAX_FILE_SIZE: byteSize.prefault('100GiB'),
      FILEMILL_PACK_BELOW: byteSize
        .prefault('64KiB')
        .refine((bytes) => bytes <= maxPackBelow, 'must be at most 512KiB'),
      FILEMILL_SEGMENT_AGE_MS: integer(100).default(10 * 60 * 1_000),
      FILEMILL_DISK_RESERVE: byteSize.prefault('256MiB'),
      FILEMILL_MAX_UPLOADS: integer(1).default(1_024),
      FILEMILL_MAX_BACKLOG: integer(0).default(0),
      FILEMILL_STREAM_IDLE_MS: integer(100).default(30_000),
      FILEMILL_STREAM_MIN_RATE: byteSize.prefault('1KiB'),
      FILEMILL_UPLOAD_EXPIRY_MS: integer(1_000).default(24 * 60 * 60 * 1_000),
      FILEMILL_MAX_INCOMPLETE_UPLOADS: integer(1).default(10_000),
      FILEMILL_MAX_INCOMPLETE_BYTES: byteSize.optional(),
      FILEMILL_STAGING_TTL_MS: integer(1_000).default(60 * 60 * 1_000),
      FILEMILL_ORPHAN_TTL_MS: integer(minOrphanTtlMs).default(24 * 60 * 60 * 1_000),
    },
    env,
  );
  return {
    grpcListen: settings.FILEMILL_GRPC_LISTEN,
    opsListen: settings.FILEMILL_OPS_LISTEN,
    proxies: ProxyRules.ofService(env),
    metadataTarget: settings.FILEMILL_METADATA_TARGET,
    resultTarget: settings.FILEMILL_RESULT_TARGET,
    redisUrl: settings.FILEMILL_REDIS_URL,
    storageDir: settings.FILEMILL_STORAGE_DIR,
    maxFileSize: settings.FILEMILL_MAX_FILE_SIZE,
    packBelow: settings.FILEMILL_PACK_BELOW,
    segmentAgeMs: settings.FILEMILL_SEGMENT_AGE_MS,
    diskReserve: settings.FILEMILL_DISK_RESERVE,
    maxUploads: settings.FILEMILL_MAX_UPLOADS,
    maxBacklog: settings.FILEMILL_MAX_BACKLOG,
    streamIdleMs: settings.FILEMILL_STREAM_IDLE_MS,
    streamMinRate: settings.FILEMILL_STREAM_MIN_RATE,
    uploadExpiryMs: settings.FILEMILL_UPLOAD_EXPIRY_MS,
    incomplete: {
      maxUploads: settings.FILEMILL_MAX_INCOMPLETE_UPLOADS,
      maxBytes: settings.FILEMILL_MAX_INCOMPLETE_BYTES,
    },
    stagingTtlMs: settings.FILEMILL_STAGING_TTL_MS,
    orphanTtlMs: settings.FILEMILL_ORPHAN_TTL_MS,
    registrationRetryMs,
    log: { level: settings.FILEMILL_LOG_LEVEL, format: settings.FILEMILL_LOG_FORMAT },
  };
}

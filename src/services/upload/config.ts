import { z } from 'zod';
import { storePlaces, storeSettings } from '#adapters/blobs/settings.ts';
import { redisSettings } from '#adapters/redis/settings.ts';
import { byteSize, commonSettings, grpcTarget, integer, listenAddresses, readSettings } from '#platform/config.ts';
import { exposureSettings, requireAuthentication, serviceSettings } from '#platform/exposure.ts';
import { ProxyRules } from '#platform/rpc/proxy.ts';
import { tlsSettings } from '#platform/tls/settings.ts';

/** A file may be registered until its id is an hour old; orphans must be older by a safe margin. */
const minOrphanTtlMs = 2 * 60 * 60 * 1_000;

/** Small files are buffered in memory. */
const maxPackBelow = 512 * 1_024;

/** Sizes in bytes. */
export const uploadSettings = {
  ...commonSettings,
  ...tlsSettings,
  ...serviceSettings,
  ...redisSettings,
  ...exposureSettings,
  /** Where clients reach gRPC: one address or more, separated by commas. */
  grpcListen: listenAddresses.prefault('127.0.0.1:50051'),
  /** Whether callers may ask what there is to call; like any other call, it needs credentials where those are required. */
  grpcReflection: z
    .enum(['0', '1'])
    .default('1')
    .transform((word) => word === '1'),
  /** Where the metadata service listens. */
  metadataTarget: grpcTarget.default('127.0.0.1:50052'),
  /** Where the result service listens. */
  resultTarget: grpcTarget.default('127.0.0.1:50053'),
  ...storeSettings,
  maxFileSize: byteSize.prefault('100GiB'),
  /** A file of this size or more gets an object of its own; 0 for every file. */
  packBelow: byteSize.prefault('64KiB').refine((bytes) => bytes <= maxPackBelow, 'must be at most 512KiB'),
  /** How long small files are appended to one segment, in milliseconds. */
  segmentAgeMs: integer(100).default(10 * 60 * 1_000),
  /** Free space on the volume that uploads must leave. */
  diskReserve: byteSize.prefault('256MiB'),
  /** Concurrent uploads. */
  maxUploads: integer(1).default(1_024),
  /** Concurrent downloads. */
  maxDownloads: integer(1).default(256),
  /** PENDING files at which uploads are refused; 0 for no limit. */
  maxBacklog: integer(0).default(0),
  /** How long an upload may send nothing before it is ended. */
  streamIdleMs: integer(100).default(30_000),
  /** Per second. */
  streamMinRate: byteSize.prefault('1KiB'),
  /** How long a resumable upload is kept after its last append. */
  uploadExpiryMs: integer(1_000).default(24 * 60 * 60 * 1_000),
  /** Limits of incomplete uploads: beyond them, idle ones are evicted. */
  maxIncompleteUploads: integer(1).default(10_000),
  /** A quarter of the volume unless set. */
  maxIncompleteBytes: byteSize.optional(),
  /** After this time, what a broken upload left in the staging folder is removed. */
  stagingTtlMs: integer(1_000).default(60 * 60 * 1_000),
  /** After this time, bytes on the volume that no file names are removed. */
  orphanTtlMs: integer(minOrphanTtlMs).default(24 * 60 * 60 * 1_000),
} as const;

/** @throws ConfigError */
export function readUploadConfig(env: NodeJS.ProcessEnv) {
  const settings = readSettings(uploadSettings, env);
  for (const address of settings.grpcListen) requireAuthentication(settings, address, 'FILEMILL_GRPC_LISTEN');
  return { ...settings, places: storePlaces(settings), proxies: ProxyRules.ofService(env) };
}

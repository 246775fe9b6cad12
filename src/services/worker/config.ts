import { availableParallelism, hostname } from 'node:os';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { redisSettings } from '#adapters/redis/settings.ts';
import { ConfigError, commonSettings, grpcTarget, integer, readConfig } from '#platform/config.ts';
import { ProxyRules } from '#platform/rpc/proxy.ts';

/** What a process that analyses needs beside its heap: Node itself, buffers, the memories of WASM. */
const besideHeapMb = 256;

/** @throws ConfigError */
export function readWorkerConfig(env: NodeJS.ProcessEnv) {
  const settings = readConfig(
    {
      ...commonSettings,
      ...redisSettings,
      FILEMILL_METADATA_TARGET: grpcTarget.default('127.0.0.1:50052'),
      FILEMILL_RESULT_TARGET: grpcTarget.default('127.0.0.1:50053'),
      FILEMILL_STORAGE_DIR: z.string(),
      /** Unique among the workers that run. */
      FILEMILL_WORKER_NAME: z.string().max(200).default(`${hostname()}-${process.pid}`),
      FILEMILL_WORKER_THREADS: integer(1, 256).default(availableParallelism()),
      FILEMILL_ANALYSIS_HEAP_MB: integer(16, 65_536).default(256),
      FILEMILL_WORKER_PREFETCH: integer(0, 900).optional(),
      /** Largest resident memory of the whole process; unlimited unless set. */
      FILEMILL_WORKER_MEMORY_MB: integer(128, 16_777_216).optional(),
      /** Largest resident memory of the process in which files run alone: the heap and 256 MiB unless set. */
      FILEMILL_ANALYSIS_CHILD_MEMORY_MB: integer(128, 16_777_216).optional(),
      FILEMILL_ANALYSIS_DEADLINE_MS: integer(100, 3_600_000).default(30_000),
      /** For tests alone: a module whose analysers do harm. */
      FILEMILL_ANALYSIS_REGISTRY: z.string().optional(),
      FILEMILL_ALLOW_FAILPOINTS: z.string().optional(),
    },
    env,
  );
  const registry = settings.FILEMILL_ANALYSIS_REGISTRY;
  if (registry !== undefined && settings.FILEMILL_ALLOW_FAILPOINTS !== '1')
    throw new ConfigError('FILEMILL_ANALYSIS_REGISTRY: for tests alone; refused unless FILEMILL_ALLOW_FAILPOINTS is 1');
  const threads = settings.FILEMILL_WORKER_THREADS;
  return {
    log: { level: settings.FILEMILL_LOG_LEVEL, format: settings.FILEMILL_LOG_FORMAT },
    opsListen: settings.FILEMILL_OPS_LISTEN,
    proxies: ProxyRules.ofService(env),
    metadataTarget: settings.FILEMILL_METADATA_TARGET,
    resultTarget: settings.FILEMILL_RESULT_TARGET,
    redisUrl: settings.FILEMILL_REDIS_URL,
    storageDir: settings.FILEMILL_STORAGE_DIR,
    name: settings.FILEMILL_WORKER_NAME,
    threads,
    memoryMb: settings.FILEMILL_WORKER_MEMORY_MB,
    analysis: {
      heapMb: settings.FILEMILL_ANALYSIS_HEAP_MB,
      ...(registry !== undefined && { registryUrl: pathToFileURL(registry).href }),
    },
    childMemoryMb: settings.FILEMILL_ANALYSIS_CHILD_MEMORY_MB ?? settings.FILEMILL_ANALYSIS_HEAP_MB + besideHeapMb,
    deadlineMs: settings.FILEMILL_ANALYSIS_DEADLINE_MS,
    /** Claims that wait for a thread; by the size of files unless set. */
    prefetch: settings.FILEMILL_WORKER_PREFETCH,
  };
}

import { availableParallelism, hostname } from 'node:os';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { storePlaces, storeSettings } from '#adapters/blobs/settings.ts';
import { redisSettings } from '#adapters/redis/settings.ts';
import { type AnalysisOptions, type HashName, hashNames, leastOptions } from '#domain/analysis.ts';
import { ConfigError, commonSettings, grpcTarget, integer, readSettings } from '#platform/config.ts';
import { serviceSettings } from '#platform/exposure.ts';
import { ProxyRules } from '#platform/rpc/proxy.ts';
import { tlsSettings } from '#platform/tls/settings.ts';

/** Memory of an analysis process beside its heap: Node.js itself, buffers, WASM memories. */
const besideHeapMb = 256;

export const workerSettings = {
  ...commonSettings,
  ...tlsSettings,
  ...serviceSettings,
  ...redisSettings,
  metadataTarget: grpcTarget.default('127.0.0.1:50052'),
  resultTarget: grpcTarget.default('127.0.0.1:50053'),
  ...storeSettings,
  /** Unique among running workers. */
  workerName: z.string().max(200).default(`${hostname()}-${process.pid}`),
  /** Threads that analyse files. */
  workerThreads: integer(1, 256).default(availableParallelism()),
  /** Prefetched claims; adapts to the size of files unless set. */
  workerPrefetch: integer(0, 900).optional(),
  /** Largest resident memory of the whole process; unlimited unless set. */
  workerMemoryMb: integer(128, 16_777_216).optional(),
  /** Heap of each thread or process that analyses. */
  analysisHeapMb: integer(16, 65_536).default(256),
  /** Largest resident memory of a process that runs documents, archives, media and suspects: heap plus 256 MiB unless set. */
  analysisChildMemoryMb: integer(128, 16_777_216).optional(),
  /** Longest analysis of a file, to which its size at 20 MB/s is added. */
  analysisDeadlineMs: integer(100, 3_600_000).default(30_000),
  /** Longest run of one analyser of documents, archives or media. */
  findingsDeadlineMs: integer(100, 3_600_000).default(20_000),
  /** Hashes beside SHA-256, separated by commas. */
  hashes: z.string().default('').transform(hashList),
  /** `1` keeps the text of documents and texts in the store, for `filemill text`. */
  keepText: z
    .enum(['0', '1'], 'must be 0 or 1')
    .default('0')
    .transform((word) => word === '1'),
  /** For tests only: a module with harmful analysers. */
  analysisRegistry: z.string().optional(),
  allowFailpoints: z.string().optional(),
} as const;

function hashList(text: string, context: z.RefinementCtx): readonly HashName[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.find((name) => !(hashNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    context.addIssue({
      code: 'custom',
      message: `must list some of ${hashNames.join(', ')}; "${unknown}" is none of them`,
    });
  return hashNames.filter((name) => names.includes(name));
}

/** @throws ConfigError */
export function readWorkerConfig(env: NodeJS.ProcessEnv) {
  const settings = readSettings(workerSettings, env);
  const { analysisRegistry: registry, analysisHeapMb: heapMb } = settings;
  if (registry !== undefined && settings.allowFailpoints !== '1')
    throw new ConfigError('FILEMILL_ANALYSIS_REGISTRY: for tests only; refused unless FILEMILL_ALLOW_FAILPOINTS is 1');
  const module = registry === undefined ? {} : { registryUrl: pathToFileURL(registry).href };
  const options: AnalysisOptions = { ...leastOptions, hashes: settings.hashes, keepText: settings.keepText };
  const memoryMb = settings.analysisChildMemoryMb ?? heapMb + besideHeapMb;
  return {
    ...settings,
    places: storePlaces(settings),
    proxies: ProxyRules.ofService(env),
    analysis: { ...module, options, heapMb },
    isolates: { ...module, options, memoryMb, findingsDeadlineMs: settings.findingsDeadlineMs },
  };
}

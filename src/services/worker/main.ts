import { askBucket, requireBucket } from '#adapters/blobs/bucket-trial.ts';
import { StoreReader } from '#adapters/blobs/readers.ts';
import { openBucket, openTexts } from '#adapters/blobs/stores.ts';
import { RedisConnection } from '#adapters/redis/connection.ts';
import { RedisWorkSource } from '#adapters/redis/work-source.ts';
import { Isolates } from '#analysis/run/isolates.ts';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { boot } from '#platform/boot.ts';
import { runService, type ServiceScope } from '#platform/lifecycle.ts';
import { startOpsServer } from '#platform/ops-server.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { Certificates, startCertificateWatch } from '#platform/tls/certificates.ts';
import { adaptiveWindow, fixedWindow } from './claim-window.ts';
import { readWorkerConfig } from './config.ts';
import { FallbackWorkSource } from './fallback-work-source.ts';
import { claimerByIds, DirectWorkSource } from './lifecycle/claims.ts';
import { proveAnalysis } from './self-test.ts';
import { requireTextsFolder, untilStorageReadable } from './storage-folder.ts';
import { startWorker } from './worker.ts';

const { config, logger, about } = await boot('worker', readWorkerConfig, process.env);

await runService(logger, async ({ signal, use }) => {
  const { workerName: name, redisUrl, workerThreads: threads, workerPrefetch: prefetch } = config;
  const { analysisDeadlineMs: deadlineMs, workerMemoryMb: memoryMb } = config;
  const { bucket, reader, texts, ofThreads } = await openStores({ signal, use });
  const tls = new Certificates(config);
  use(startCertificateWatch(tls, logger));
  const { serviceToken } = config;
  const channelTo = (target: string) =>
    use(new RpcChannel(target, { proxy: config.proxies.to(target), tls, serviceToken }));
  const metadata = channelTo(config.metadataTarget);
  const result = channelTo(config.resultTarget);
  const lifecycle = metadata.client(FileLifecycleService);
  const analysis = use(new AnalysisPool({ ...config.analysis, ...ofThreads, threads }));
  const folder = config.places.volume ?? null;
  const isolates = use(await Isolates.open({ ...config.isolates, processes: threads, folder, reader }));
  await proveAnalysis(analysis, signal);
  const direct = new DirectWorkSource(lifecycle, name);
  const claim = claimerByIds(lifecycle, name);
  const byDoorbell = () =>
    new RedisWorkSource({ connection: new RedisConnection(redisUrl, logger, tls), consumer: name, claim, logger });
  const source = use(redisUrl === 'none' ? direct : new FallbackWorkSource(byDoorbell(), direct, logger));
  const window = prefetch === undefined ? adaptiveWindow(threads) : fixedWindow(threads + prefetch);
  const work = { source, analysis, isolates, deadlineMs, blobs: reader, texts };
  const worker = use(startWorker({ name, window, metadata, result, ...work, memoryMb, about, logger }));
  const ready = async () => {
    await Promise.all([worker.ready(), bucket && askBucket(bucket)]);
  };
  use(await startOpsServer(config.opsListen, { ready, doorbell: () => source.report }));
});

/** @throws ConfigError when files could not be read there, or texts not be kept */
async function openStores({ signal, use }: ServiceScope) {
  const { places, keepText } = config;
  const opened = openBucket(places);
  const bucket = opened && use(opened);
  if (places.volume !== undefined) await untilStorageReadable(places.volume, { signal, logger });
  if (bucket !== undefined) await requireBucket(bucket, { signal, logger });
  if (keepText && places.first === 'volume') await requireTextsFolder(places.volume ?? '');
  const url = import.meta.resolve('#adapters/s3/analysis-blobs.ts');
  return {
    bucket,
    reader: new StoreReader(places.volume, bucket),
    texts: keepText ? openTexts(places, bucket) : undefined,
    ofThreads: places.s3 && { blobs: { url, options: places.s3 } },
  };
}

import { RedisConnection } from '#adapters/redis/connection.ts';
import { RedisWorkSource } from '#adapters/redis/work-source.ts';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import { Isolates } from '#analysis/run/isolates.ts';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { boot } from '#platform/boot.ts';
import { runService } from '#platform/lifecycle.ts';
import { startOpsServer } from '#platform/ops-server.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { Certificates, startCertificateWatch } from '#platform/tls/certificates.ts';
import { adaptiveWindow, fixedWindow } from './claim-window.ts';
import { readWorkerConfig } from './config.ts';
import { FallbackWorkSource } from './fallback-work-source.ts';
import { claimerByIds, DirectWorkSource } from './lifecycle/claims.ts';
import { proveAnalysis } from './self-test.ts';
import { openTexts, untilStorageReadable } from './storage-folder.ts';
import { startWorker } from './worker.ts';

const { config, logger, about } = await boot('worker', readWorkerConfig, process.env);

await runService(logger, async ({ signal, use }) => {
  const { workerName: name, redisUrl, workerThreads: threads, workerPrefetch: prefetch } = config;
  const { analysisDeadlineMs: deadlineMs, workerMemoryMb: memoryMb } = config;
  await untilStorageReadable(config.storageDir, { signal, logger });
  const tls = new Certificates(config);
  use(startCertificateWatch(tls, logger));
  const { serviceToken } = config;
  const channelTo = (target: string) =>
    use(new RpcChannel(target, { proxy: config.proxies.to(target), tls, serviceToken }));
  const metadata = channelTo(config.metadataTarget);
  const result = channelTo(config.resultTarget);
  const lifecycle = metadata.client(FileLifecycleService);
  const analysis = use(new AnalysisPool({ ...config.analysis, threads }));
  const isolates = use(await Isolates.open({ ...config.isolates, processes: threads, folder: config.storageDir }));
  await proveAnalysis(analysis, signal);
  const direct = new DirectWorkSource(lifecycle, name);
  const claim = claimerByIds(lifecycle, name);
  const byDoorbell = () =>
    new RedisWorkSource({ connection: new RedisConnection(redisUrl, logger, tls), consumer: name, claim, logger });
  const source = use(redisUrl === 'none' ? direct : new FallbackWorkSource(byDoorbell(), direct, logger));
  const window = prefetch === undefined ? adaptiveWindow(threads) : fixedWindow(threads + prefetch);
  const texts = config.keepText ? await openTexts(config.storageDir) : undefined;
  const work = { source, analysis, isolates, deadlineMs, blobs: new LocalBlobReader(config.storageDir), texts };
  const worker = use(startWorker({ name, window, metadata, result, ...work, memoryMb, about, logger }));
  use(await startOpsServer(config.opsListen, { ready: () => worker.ready(), doorbell: () => source.report }));
});

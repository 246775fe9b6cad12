import { setDefaultHighWaterMark } from 'node:stream';
import { askBucket, requireFitBucket } from '#adapters/blobs/bucket-trial.ts';
import { openBucket, openStores } from '#adapters/blobs/stores.ts';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { recordedToMessage } from '#contract/audit.ts';
import type { AuditEvent } from '#domain/audit.ts';
import { AuditService } from '#gen/filemill/internal/v1/audit_service_pb.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { QuotaService } from '#gen/filemill/internal/v1/quota_service_pb.ts';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { AuditBuffer } from '#platform/audit-buffer.ts';
import { boot } from '#platform/boot.ts';
import { runService, type ServiceScope } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
import { startOpsServer } from '#platform/ops-server.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { observeStores } from '#platform/telemetry/observe-stores.ts';
import { Certificates, startCertificateWatch } from '#platform/tls/certificates.ts';
import { FileCreation } from './acceptance/file-creation.ts';
import { Ringer } from './acceptance/ringer.ts';
import { Quotas } from './callers/quotas.ts';
import { RefusedCallers } from './callers/refused-callers.ts';
import { readUploadConfig } from './config.ts';
import { startCompactor } from './duties/compactor.ts';
import { startDeletionDrain } from './duties/deletion-drain.ts';
import { startDoorbellWatch } from './duties/doorbell-watch.ts';
import { startOrphanSweeper } from './duties/orphan-sweeper.ts';
import { startStagingSweeper } from './duties/staging-sweeper.ts';
import { startTextSweeper } from './duties/text-sweeper.ts';
import { UploadEvictor } from './duties/upload-evictor.ts';
import { startUploadSweeper } from './duties/upload-sweeper.ts';
import { requireFitVolume } from './fit-volume.ts';
import { Admission } from './intake/admission.ts';
import { backlogCheck, metadataCheck } from './intake/metadata-checks.ts';
import { uploadServer } from './public-port.ts';
import { UploadLocks } from './resumable/upload-locks.ts';
import { observeUploads } from './upload-metrics.ts';

// Messages of a call wait in the flow-control window, instead of 16 of them in a queue as well.
setDefaultHighWaterMark(true, 0);

const duties = [
  startDoorbellWatch,
  startDeletionDrain,
  startStagingSweeper,
  startUploadSweeper,
  startCompactor,
  startOrphanSweeper,
  startTextSweeper,
];

/** Shorter than the drain of the server, so that a shutdown waits for the answer. */
const registrationRetryMs = 15_000;

/** Bytes of small files that are buffered at the same time. */
const memoryForWholeFiles = 64 * 1024 * 1024;

const { config, logger, about } = await boot('upload', readUploadConfig, process.env);

await runService(logger, async (scope) => {
  const tls = new Certificates(config);
  scope.use(startCertificateWatch(tls, logger));
  const channelTo = (part: string, target: string) => {
    const settings = { part: `the ${part} service`, proxy: config.proxies.to(target), tls };
    return scope.use(new RpcChannel(target, { ...settings, serviceToken: config.serviceToken }));
  };
  const metadata = channelTo('metadata', config.metadataTarget);
  const result = channelTo('result', config.resultTarget);
  const lifecycle = metadata.client(FileLifecycleService);
  const { blobs, partial, texts, reader, askStore } = await openFitStores(scope);
  const locks = scope.use(new UploadLocks(metadata.client(UploadLockService), logger));
  const limits = { maxUploads: config.maxIncompleteUploads, maxBytes: config.maxIncompleteBytes };
  const incomplete = scope.use(UploadEvictor.start({ partial, blobs, locks, ...limits, logger }));
  const admission = new Admission(blobs, {
    diskReserve: config.diskReserve,
    maxConcurrent: config.maxUploads,
    metadataServes: metadataCheck(metadata),
    backlogAllows: backlogCheck(metadata, config.maxBacklog),
    makeRoom: (isEnough) => incomplete.makeRoom(isEnough),
  });
  const doorbell = scope.use(createDoorbell(config.redisUrl, logger, tls));
  const ringer = scope.use(new Ringer(doorbell, logger));
  const registered = metadata.client(MetadataService);
  const kept = { blobs, partial, texts };
  for (const start of duties) scope.use(start({ ...config, ...kept, doorbell, lifecycle, registered, locks, logger }));
  const files = new FileCreation(metadata, logger);
  const memory = new Semaphore(memoryForWholeFiles);
  const downloads = new Semaphore(config.maxDownloads);
  const uploading = { blobs, partial, files, admission, locks, incomplete, memory, ringer, logger };
  const shared = { ...uploading, ...knownCallers(metadata, scope, logger), reader, downloads };
  const context = { ...config, ...shared, volume: blobs, askStore, retryMs: registrationRetryMs };
  const server = scope.use(uploadServer(context, { metadata, result, doorbell, about }, scope.signal));
  scope.use(observeUploads(context));
  scope.use(observeStores(() => [doorbell.report]));
  const ready = async () => {
    await Promise.all([admission.ready(), askStore?.()]);
  };
  const ops = { ready, doorbell: () => doorbell.report };
  scope.use(await startOpsServer(config.opsListen, ops));
  for (const address of config.grpcListen) await server.listen(address, tls);
});

/** @throws ConfigError when no file could be kept safely there */
async function openFitStores({ use, signal }: ServiceScope) {
  const { places } = config;
  const opened = openBucket(places);
  const bucket = opened && use(opened);
  if (bucket !== undefined) await requireFitBucket(bucket, { logger, signal });
  if (places.volume !== undefined) await requireFitVolume(places.volume, logger);
  const stores = use(await openStores(places, bucket, { ...config, logger }));
  return { ...stores, askStore: bucket && (() => askBucket(bucket)) };
}

function knownCallers(metadata: RpcChannel, scope: ServiceScope, logger: Logger) {
  const { record } = metadata.client(AuditService);
  const write = (events: readonly AuditEvent[]) => record({ events: events.map(recordedToMessage) });
  const refusedCallers = new RefusedCallers(scope.use(AuditBuffer.start({ write, logger })));
  return { quotas: new Quotas(metadata.client(QuotaService)), refusedCallers };
}

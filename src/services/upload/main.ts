import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { LocalBlobStore } from '#adapters/storage/local-blob-store.ts';
import { FileCreation } from '#client/file-creation.ts';
import { RpcChannel } from '#client/rpc-client.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { configOrExit } from '#platform/config.ts';
import { runService } from '#platform/lifecycle.ts';
import { createLogger } from '#platform/logger.ts';
import { startOpsServer } from '#platform/ops-server.ts';
import { Admission } from './admission.ts';
import { readUploadConfig } from './config.ts';
import { DeletionDrain } from './deletion-drain.ts';
import { metadataCheck } from './metadata-check.ts';
import { OrphanSweeper } from './orphan-sweeper.ts';
import { Ringer } from './ringer.ts';
import { uploadServer } from './routes/index.ts';
import { StagingSweeper } from './staging-sweeper.ts';

const config = configOrExit(readUploadConfig, process.env);
const logger = createLogger('upload', config.log);

await runService(logger, async (scope) => {
  const { maxFileSize, streamIdleMs, streamMinRate, diskReserve, maxUploads: maxConcurrent } = config;
  const { stagingTtlMs, orphanTtlMs, registrationRetryMs: retryMs } = config;
  const metadata = scope.use(new RpcChannel(config.metadataTarget));
  const result = scope.use(new RpcChannel(config.resultTarget));
  const lifecycle = metadata.client(FileLifecycleService);
  const blobs = scope.use(await LocalBlobStore.open(config.storageDir, logger));
  const admission = new Admission(blobs, { diskReserve, maxConcurrent, metadataServes: metadataCheck(metadata) });
  const ringer = scope.use(new Ringer(scope.use(createDoorbell(config.redisUrl, logger)), logger));
  scope.use(new DeletionDrain(lifecycle, blobs, logger));
  scope.use(new StagingSweeper(blobs, stagingTtlMs, logger));
  scope.use(new OrphanSweeper(lifecycle, blobs, { ttlMs: orphanTtlMs, logger }));
  const files = new FileCreation(metadata);
  const context = { blobs, files, admission, ringer, logger, maxFileSize, streamIdleMs, streamMinRate, retryMs };
  const server = scope.use(uploadServer(context, { metadata, result }, scope.signal));
  scope.use(await startOpsServer(config.opsListen, { ready: () => admission.ready() }));
  await server.listen(config.grpcListen);
});

/** 50 workers in one process, each with connections of its own, put together as the worker's main does. */

import { StoreReader } from '#adapters/blobs/readers.ts';
import { storePlaces, storeSettings } from '#adapters/blobs/settings.ts';
import { openBucket } from '#adapters/blobs/stores.ts';
import { RedisConnection } from '#adapters/redis/connection.ts';
import { RedisWorkSource } from '#adapters/redis/work-source.ts';
import { Isolates } from '#analysis/run/isolates.ts';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { readSettings } from '#platform/config.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { thisService } from '#platform/this-service.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { tlsSettings } from '#platform/tls/settings.ts';
import { fixedWindow } from '#services/worker/claim-window.ts';
import { FallbackWorkSource } from '#services/worker/fallback-work-source.ts';
import { claimerByIds, DirectWorkSource } from '#services/worker/lifecycle/claims.ts';
import { startWorker } from '#services/worker/worker.ts';

const size = 50;
const { FILEMILL_METADATA_TARGET, FILEMILL_RESULT_TARGET, FILEMILL_REDIS_URL } = process.env as Record<string, string>;
const tls = new Certificates(readSettings(tlsSettings, process.env));
const logger = createLogger('herd', { level: 'fatal', format: 'json' });
const places = storePlaces(readSettings(storeSettings, process.env));
const blobs = new StoreReader(places.volume, openBucket(places));
const url = import.meta.resolve('#adapters/s3/analysis-blobs.ts');
const ofThreads = places.s3 && { blobs: { url, options: places.s3 } };
const analysis = new AnalysisPool({ threads: 1, heapMb: 256, ...ofThreads });
const isolates = await Isolates.open({ processes: 2, memoryMb: 512, findingsDeadlineMs: 20_000, reader: blobs });

for (let n = 0; n < size; n++) {
  const name = `herd-${n}`;
  const metadata = new RpcChannel(FILEMILL_METADATA_TARGET ?? '', { tls });
  const result = new RpcChannel(FILEMILL_RESULT_TARGET ?? '', { tls });
  const lifecycle = metadata.client(FileLifecycleService);
  const connection = new RedisConnection(FILEMILL_REDIS_URL ?? '', logger);
  const byDoorbell = new RedisWorkSource({ connection, consumer: name, claim: claimerByIds(lifecycle, name), logger });
  const source = new FallbackWorkSource(byDoorbell, new DirectWorkSource(lifecycle, name), logger);
  const about = thisService({});
  startWorker({ about, name, window: fixedWindow(2), source, metadata, result, analysis, isolates, blobs, logger });
}
// Dies as suddenly as it can: its claims are left to their leases.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');

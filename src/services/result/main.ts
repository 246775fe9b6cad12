import { openBucket, openTexts } from '#adapters/blobs/stores.ts';
import { insertEvents } from '#adapters/postgres/audit/events.ts';
import { Database } from '#adapters/postgres/database/database.ts';
import { databaseLink } from '#adapters/postgres/database/link.ts';
import { openReads } from '#adapters/postgres/database/reads.ts';
import { requireSoundness, waitForDatabase } from '#adapters/postgres/database/wait-for-database.ts';
import { HistoryRecorder } from '#adapters/postgres/history/history-recorder.ts';
import type { AuditEvent } from '#domain/audit.ts';
import { tellAll } from '#domain/file-events.ts';
import { AuditBuffer } from '#platform/audit-buffer.ts';
import { boot } from '#platform/boot.ts';
import { runService } from '#platform/lifecycle.ts';
import { startOpsServer } from '#platform/ops-server.ts';
import { StoreHealth } from '#platform/store-health.ts';
import { measuredFiles } from '#platform/telemetry/events.ts';
import { observeStores } from '#platform/telemetry/observe-stores.ts';
import { Certificates, startCertificateWatch } from '#platform/tls/certificates.ts';
import { readResultConfig } from './config.ts';
import { resultServer } from './routes/index.ts';

const { config, logger, about } = await boot('result', readResultConfig, process.env);

/** Broad searches must not starve the saving of results. */
const searchesAtOnce = 4;

await runService(logger, async ({ signal, use }) => {
  const health = new StoreHealth('postgresql', logger, databaseLink(config.databaseUrl));
  const connect = { url: config.databaseUrl, poolSize: config.databasePool };
  const database = use(new Database({ ...connect, health, logger }));
  const searches = use(new Database({ ...connect, poolSize: searchesAtOnce, kind: 'reads', health, logger }));
  for (const pool of [database, searches]) use(pool.observe());
  use(observeStores(() => [health.report]));
  const certificates = new Certificates(config);
  use(startCertificateWatch(certificates, logger));
  use(await startOpsServer(config.opsListen, { ready: () => database.ready() }));
  await waitForDatabase(database, { logger, signal, demands: () => requireSoundness(database, config) });
  const write = (events: readonly AuditEvent[]) => insertEvents(database, events);
  const audit = use(AuditBuffer.start({ write, logger }));
  const events = tellAll(measuredFiles, use(HistoryRecorder.start({ database, logger })));
  const { places } = config;
  const bucket = places && openBucket(places);
  const texts = places && openTexts(places, bucket && use(bucket));
  const reads = use(openReads({ ...config, database, searches, poolSize: searchesAtOnce, logger }));
  const { serviceToken, grpcMaxConnectionAgeMs: maxConnectionAgeMs } = config;
  const server = use(
    resultServer(
      logger,
      { about, database, reads, audit, events, texts },
      { serviceToken, maxConnectionAgeMs, refusesAnonymous: config.auth === 'required' },
    ),
  );
  await server.listen(config.grpcListen, certificates);
});

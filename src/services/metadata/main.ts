import { Database } from '#adapters/postgres/database/database.ts';
import { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import { databaseLink } from '#adapters/postgres/database/link.ts';
import { openReads } from '#adapters/postgres/database/reads.ts';
import { requireSoundness, waitForDatabase } from '#adapters/postgres/database/wait-for-database.ts';
import { HistoryRecorder } from '#adapters/postgres/history/history-recorder.ts';
import { movedForMs } from '#adapters/postgres/upkeep/blob-deletions.ts';
import { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { loneLeaseFactor } from '#domain/retry-policy.ts';
import { boot } from '#platform/boot.ts';
import { runService } from '#platform/lifecycle.ts';
import { startOpsServer } from '#platform/ops-server.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { StoreHealth } from '#platform/store-health.ts';
import { observeStores } from '#platform/telemetry/observe-stores.ts';
import { Certificates, startCertificateWatch } from '#platform/tls/certificates.ts';
import { Identities } from './access/identities.ts';
import { AuditLog } from './audit/audit-log.ts';
import { Quotas } from './audit/quotas.ts';
import { observeBacklog } from './backlog-metrics.ts';
import { readMetadataConfig } from './config.ts';
import { startAuditPruner } from './duties/audit-pruner.ts';
import { startChangeTrimmer } from './duties/change-trimmer.ts';
import { DueDispatcher } from './duties/due-dispatcher.ts';
import { FairClaims } from './duties/fair-claims.ts';
import { startHistoryPruner } from './duties/history-pruner.ts';
import { startHistorySampler } from './duties/history-sampler.ts';
import { startJanitor } from './duties/janitor.ts';
import { startReconciler } from './duties/reconciler.ts';
import { ChangeHubs } from './live/change-hub.ts';
import { metadataServer } from './routes/index.ts';
import { toldEvents } from './told-events.ts';
import { startWebhooks } from './webhooks/start.ts';

const { config, logger, about } = await boot('metadata', readMetadataConfig, process.env);

/** Broad searches must not starve the rest of the service. */
const searchesAtOnce = 4;

const maxWatchedFiles = 100_000;

const upkeep = [startChangeTrimmer, startAuditPruner, startJanitor, startHistorySampler, startHistoryPruner];

await runService(logger, async ({ signal, use }) => {
  const health = new StoreHealth('postgresql', logger, databaseLink(config.databaseUrl));
  const connect = { url: config.databaseUrl, poolSize: config.databasePool };
  const database = use(new Database({ ...connect, health, logger }));
  const searches = use(new Database({ ...connect, poolSize: searchesAtOnce, kind: 'reads', health, logger }));
  for (const pool of [database, searches]) use(pool.observe());
  const certificates = new Certificates(config);
  use(startCertificateWatch(certificates, logger));
  const doorbell = use(createDoorbell(config.redisUrl, logger, certificates));
  use(observeStores(() => [health.report, doorbell.report]));
  use(await startOpsServer(config.opsListen, { ready: () => database.ready(), doorbell: () => doorbell.report }));
  await waitForDatabase(database, { logger, signal, demands: () => requireSoundness(database, config) });
  const changes = use(new ChangeFeed({ url: config.databaseListenUrl ?? config.databaseUrl, database, logger }));
  const { leaseMs, maxAttempts, watchHeartbeatMs } = config;
  const clock = new DatabaseClock(database, {
    longestMs: Math.max(movedForMs, leaseMs * loneLeaseFactor),
    onStep: (step) => logger.warn(step, "PostgreSQL's clock stepped"),
  });
  const events = toldEvents(logger, use(HistoryRecorder.start({ database, logger })));
  use(observeBacklog(database, clock));
  const rung = config.redisUrl === 'none' ? undefined : doorbell;
  use(startReconciler({ database, clock, doorbell: rung, leaseMs, events, logger }));
  const claims = new FairClaims(database);
  const dispatcher = use(DueDispatcher.start({ database, claims, changes, logger, stopping: signal }));
  const kept = { retentionDays: config.auditRetentionDays, defaults: config.defaultKeeping };
  for (const start of upkeep) use(start({ database, ...kept, logger }));
  const changeHubs = new ChangeHubs({ database, clock, changes, logger, stopping: signal });
  const identities = new Identities(database, config.identity, logger);
  const audit = new AuditLog(database);
  const quotas = new Quotas(database, config.defaultQuota);
  const { webhooks } = use(await startWebhooks({ config, database, changes, tls: certificates, logger, signal }));
  const records = { identities, audit, quotas, events, webhooks };
  const work = { claims, dispatcher, doorbell, watchPlaces: new Semaphore(maxWatchedFiles) };
  const reads = use(openReads({ ...config, database, searches, poolSize: searchesAtOnce, logger }));
  const shared = { database, searches, reads, ...records, clock, changes, changeHubs, ...work };
  const context = { ...shared, about, leaseMs, maxAttempts, watchHeartbeatMs, stopping: signal };
  const { serviceToken, grpcMaxConnectionAgeMs: maxConnectionAgeMs } = config;
  const access = { serviceToken, refusesAnonymous: config.auth === 'required' };
  const server = use(metadataServer(logger, context, { ...access, maxConnectionAgeMs }));
  await server.listen(config.grpcListen, certificates);
});

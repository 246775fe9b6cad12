import { AuditService } from '#gen/filemill/internal/v1/audit_service_pb.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { IdentityService } from '#gen/filemill/internal/v1/identity_service_pb.ts';
import { QuotaService } from '#gen/filemill/internal/v1/quota_service_pb.ts';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { RetentionService } from '#gen/filemill/v1/retention_service_pb.ts';
import { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import type { Logger } from '#platform/logger.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { healthHandlers } from '#platform/rpc/health.ts';
import { type InternalServerOptions, internalServerOptions, RpcServer } from '#platform/rpc/server.ts';
import type { MetadataContext } from '../context.ts';
import { createWebhookRoute } from '../webhooks/routes/create-webhook.ts';
import { deleteWebhooksRoute } from '../webhooks/routes/delete-webhooks.ts';
import { listDeliveriesRoute } from '../webhooks/routes/list-deliveries.ts';
import { listWebhooksRoute } from '../webhooks/routes/list-webhooks.ts';
import { replayDeliveriesRoute } from '../webhooks/routes/replay-deliveries.ts';
import { rotateWebhookSecretRoute } from '../webhooks/routes/rotate-webhook-secret.ts';
import { testWebhookRoute } from '../webhooks/routes/test-webhook.ts';
import { updateWebhookRoute } from '../webhooks/routes/update-webhook.ts';
import {
  cancelBatchRoute,
  getBatchRoute,
  listBatchesRoute,
  pauseBatchRoute,
  resumeBatchRoute,
  setBatchPriorityRoute,
} from './batches.ts';
import { claimDueFilesRoute } from './claim-due-files.ts';
import { claimFilesRoute } from './claim-files.ts';
import { confirmDeletionsRoute } from './confirm-deletions.ts';
import { countFilesRoute } from './count-files.ts';
import { createFilesRoute } from './create-files.ts';
import { createSessionRoute } from './create-session.ts';
import { createTokenRoute } from './create-token.ts';
import { deleteFilesRoute } from './delete-files.ts';
import { drainWorkerRoute, resumeWorkerRoute } from './drain-worker.ts';
import { endSessionRoute } from './end-session.ts';
import { failAttemptsRoute } from './fail-attempts.ts';
import { findBlobsRoute } from './find-blobs.ts';
import { getAttemptsRoute } from './get-attempts.ts';
import { getCallerRoute } from './get-caller.ts';
import { getDependenciesRoute } from './get-dependencies.ts';
import { getFilesRoute } from './get-files.ts';
import { getForecastRoute } from './get-forecast.ts';
import { getHistoryRoute } from './get-history.ts';
import { getQuotaRoute } from './get-quota.ts';
import { getStatsRoute } from './get-stats.ts';
import { heartbeatRoute } from './heartbeat.ts';
import { cancelFilesRoute, pauseFilesRoute, resumeFilesRoute } from './hold-files.ts';
import { cancelTenantRoute, pauseTenantRoute, resumeTenantRoute } from './hold-tenants.ts';
import { identifyRoute } from './identify.ts';
import { listAuditRoute } from './list-audit.ts';
import { listFilesRoute } from './list-files.ts';
import { listRulesRoute } from './list-rules.ts';
import { listTenantsRoute } from './list-tenants.ts';
import { listTokensRoute } from './list-tokens.ts';
import { locateFileRoute } from './locate-file.ts';
import { lockUploadsRoute } from './lock-uploads.ts';
import { moveBlobsRoute } from './move-blobs.ts';
import { recordEventsRoute } from './record-events.ts';
import { releaseFilesRoute } from './release-files.ts';
import { removeRuleRoute } from './remove-rule.ts';
import { renewLeasesRoute } from './renew-leases.ts';
import { retryFilesRoute } from './retry-files.ts';
import { revokeTokensRoute } from './revoke-tokens.ts';
import { setQuotaRoute } from './set-quota.ts';
import { setRuleRoute } from './set-rule.ts';
import { takeDeletionsRoute } from './take-deletions.ts';
import { unlockUploadsRoute } from './unlock-uploads.ts';
import { watchChangesRoute } from './watch-changes.ts';
import { watchFilesRoute } from './watch-files.ts';

/** AccessService, MetadataService and RetentionService are forwarded to the public port; the other services are internal. */
export function metadataServer(
  logger: Logger,
  context: MetadataContext,
  { serviceToken, refusesAnonymous, ...options }: InternalServerOptions,
): RpcServer {
  return new RpcServer(logger, internalServerOptions(options), {}, { serviceToken, refusesAnonymous })
    .add(
      Health,
      healthHandlers(() => context.database.ready()),
    )
    .add(SystemService, { getDependencies: getDependenciesRoute(context) })
    .add(MetadataService, fileRoutes(context))
    .add(AccessService, accessRoutes(context))
    .add(RetentionService, retentionRoutes(context))
    .add(WebhookService, webhookRoutes(context))
    .add(AuditService, { record: recordEventsRoute(context) })
    .add(QuotaService, { getQuota: getQuotaRoute(context) })
    .add(IdentityService, { identify: identifyRoute(context) })
    .add(FileLifecycleService, {
      createFiles: createFilesRoute(context),
      claimFiles: claimFilesRoute(context),
      claimDueFiles: claimDueFilesRoute(context),
      renewLeases: renewLeasesRoute(context),
      releaseFiles: releaseFilesRoute(context),
      failAttempts: failAttemptsRoute(context),
      takeDeletions: takeDeletionsRoute(context),
      confirmDeletions: confirmDeletionsRoute(context),
      findBlobs: findBlobsRoute(context),
      locateFile: locateFileRoute(context),
      moveBlobs: moveBlobsRoute(context),
      heartbeat: heartbeatRoute(context),
    })
    .add(UploadLockService, {
      lockUploads: lockUploadsRoute(context),
      unlockUploads: unlockUploadsRoute(context),
    });
}

function fileRoutes(context: MetadataContext): ServiceHandlers<typeof MetadataService> {
  return {
    getFiles: getFilesRoute(context),
    getAttempts: getAttemptsRoute(context),
    listFiles: listFilesRoute(context),
    countFiles: countFilesRoute(context),
    watchFiles: watchFilesRoute(context),
    watchChanges: watchChangesRoute(context),
    retryFiles: retryFilesRoute(context),
    pauseFiles: pauseFilesRoute(context),
    resumeFiles: resumeFilesRoute(context),
    cancelFiles: cancelFilesRoute(context),
    deleteFiles: deleteFilesRoute(context),
    getStats: getStatsRoute(context),
    getHistory: getHistoryRoute(context),
    listBatches: listBatchesRoute(context),
    getBatch: getBatchRoute(context),
    pauseBatch: pauseBatchRoute(context),
    resumeBatch: resumeBatchRoute(context),
    cancelBatch: cancelBatchRoute(context),
    setBatchPriority: setBatchPriorityRoute(context),
    drainWorker: drainWorkerRoute(context),
    resumeWorker: resumeWorkerRoute(context),
  };
}

function webhookRoutes(context: MetadataContext): ServiceHandlers<typeof WebhookService> {
  return {
    createWebhook: createWebhookRoute(context),
    listWebhooks: listWebhooksRoute(context),
    updateWebhook: updateWebhookRoute(context),
    deleteWebhooks: deleteWebhooksRoute(context),
    rotateWebhookSecret: rotateWebhookSecretRoute(context),
    testWebhook: testWebhookRoute(context),
    listDeliveries: listDeliveriesRoute(context),
    replayDeliveries: replayDeliveriesRoute(context),
  };
}

function accessRoutes(context: MetadataContext): ServiceHandlers<typeof AccessService> {
  return {
    getCaller: getCallerRoute(),
    createToken: createTokenRoute(context),
    listTokens: listTokensRoute(context),
    revokeTokens: revokeTokensRoute(context),
    createSession: createSessionRoute(context),
    endSession: endSessionRoute(context),
    listAudit: listAuditRoute(context),
    listTenants: listTenantsRoute(context),
    setQuota: setQuotaRoute(context),
    pauseTenant: pauseTenantRoute(context),
    resumeTenant: resumeTenantRoute(context),
    cancelTenant: cancelTenantRoute(context),
  };
}

function retentionRoutes(context: MetadataContext): ServiceHandlers<typeof RetentionService> {
  return {
    listRules: listRulesRoute(context),
    setRule: setRuleRoute(context),
    removeRule: removeRuleRoute(context),
    getForecast: getForecastRoute(context),
  };
}

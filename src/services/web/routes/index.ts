import type { StartedBy } from '#platform/this-service.ts';
import type { Backend } from '../backend.ts';
import type { AccessGate } from '../http/access.ts';
import { openApiDocument } from '../http/openapi.ts';
import type { Route } from '../http/route.ts';
import type { LiveFeed } from '../live/live-feed.ts';
import { appendUpload } from './append-upload.ts';
import { exportAudit, listAudit } from './audit.ts';
import { cancelBatch, getBatch, listBatches, pauseBatch, resumeBatch, setBatchPriority } from './batches.ts';
import { cancelUpload } from './cancel-upload.ts';
import { countFiles } from './count-files.ts';
import { createUpload } from './create-upload.ts';
import { deleteFile } from './delete-file.ts';
import { deleteFiles } from './delete-files.ts';
import { listDeliveries, replayDeliveries } from './deliveries.ts';
import { exportFiles } from './export-files.ts';
import { exportResults } from './export-results.ts';
import { getDocument } from './get-document.ts';
import { getEvents } from './get-events.ts';
import { getFile } from './get-file.ts';
import { getFileAttempts } from './get-file-attempts.ts';
import { getFileContent } from './get-file-content.ts';
import { getFileResult } from './get-file-result.ts';
import { getFileText } from './get-file-text.ts';
import { getHistory } from './get-history.ts';
import { getServer } from './get-server.ts';
import { getStats } from './get-stats.ts';
import { getSystem } from './get-system.ts';
import { getUpload } from './get-upload.ts';
import { getUploadOptions } from './get-upload-options.ts';
import { cancelFiles, pauseFiles, resumeFiles } from './hold-files.ts';
import { cancelTenant, pauseTenant, resumeTenant } from './hold-tenants.ts';
import { listFiles } from './list-files.ts';
import { listResults } from './list-results.ts';
import { livez } from './livez.ts';
import { postFiles } from './post-files.ts';
import { postToUpload } from './post-to-upload.ts';
import { putFile } from './put-file.ts';
import { readyz } from './readyz.ts';
import { getRetentionForecast, listRetentionRules, removeRetentionRule, setRetentionRule } from './retention.ts';
import { retryFile } from './retry-file.ts';
import { retryFiles } from './retry-files.ts';
import { createSession, endSession, getCaller, getSignIn } from './session.ts';
import { listTenants, resetQuota, setQuota } from './tenants.ts';
import { createToken, listTokens, revokeTokens } from './tokens.ts';
import {
  createWebhook,
  deleteWebhooks,
  listWebhooks,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from './webhooks.ts';
import { drainWorker, listWorkers, resumeWorker } from './workers.ts';

interface RouteContext {
  readonly backend: Backend;
  readonly feed: LiveFeed;
  readonly gate: AccessGate;
  /** The host of the OpenID provider that the page signs in with, if there is one. */
  readonly provider?: string | undefined;
  readonly maxFileSize: number;
  readonly publicHttp?: string | undefined;
  readonly publicGrpc?: string | undefined;
  /** What users type for `filemill`, in the commands of the page. */
  readonly command?: string;
  readonly startedBy?: StartedBy;
}

/** All HTTP routes. */
export function allRoutes(context: RouteContext): readonly Route[] {
  const { backend, feed, gate, provider, maxFileSize, publicHttp } = context;
  const routes: Route[] = [
    ...forFiles(backend),
    postFiles(backend),
    putFile(backend),
    getUploadOptions(maxFileSize),
    createUpload(backend, maxFileSize, publicHttp),
    getUpload(backend),
    appendUpload(backend),
    postToUpload(backend),
    cancelUpload(backend),
    ...forBatches(backend),
    ...forOperators(backend),
    getStats(backend),
    getHistory(backend),
    getEvents(feed, gate),
    getServer(context),
    getSystem(backend),
    getCaller(backend),
    createSession(backend),
    endSession(backend),
    getSignIn(provider),
    livez(),
    readyz(backend),
    getDocument(() => openApiDocument(routes)),
  ];
  return routes;
}

function forBatches(backend: Backend): readonly Route[] {
  return [
    listBatches(backend),
    getBatch(backend),
    pauseBatch(backend),
    resumeBatch(backend),
    cancelBatch(backend),
    setBatchPriority(backend),
  ];
}

function forManyFiles(backend: Backend): readonly Route[] {
  return [retryFiles(backend), pauseFiles(backend), resumeFiles(backend), cancelFiles(backend), deleteFiles(backend)];
}

function forFiles(backend: Backend): readonly Route[] {
  return [
    listFiles(backend),
    countFiles(backend),
    exportFiles(backend),
    getFile(backend),
    deleteFile(backend),
    getFileContent(backend),
    getFileResult(backend),
    getFileText(backend),
    getFileAttempts(backend),
    retryFile(backend),
    ...forManyFiles(backend),
    listResults(backend),
    exportResults(backend),
  ];
}

function forWebhooks(backend: Backend): readonly Route[] {
  return [
    listWebhooks(backend),
    createWebhook(backend),
    updateWebhook(backend),
    rotateWebhookSecret(backend),
    testWebhook(backend),
    listDeliveries(backend),
    replayDeliveries(backend),
    deleteWebhooks(backend),
  ];
}

function forOperators(backend: Backend): readonly Route[] {
  return [
    listWorkers(backend),
    drainWorker(backend),
    resumeWorker(backend),
    listTokens(backend),
    createToken(backend),
    revokeTokens(backend),
    listAudit(backend),
    exportAudit(backend),
    listTenants(backend),
    setQuota(backend),
    resetQuota(backend),
    pauseTenant(backend),
    resumeTenant(backend),
    cancelTenant(backend),
    listRetentionRules(backend),
    setRetentionRule(backend),
    removeRetentionRule(backend),
    getRetentionForecast(backend),
    ...forWebhooks(backend),
  ];
}

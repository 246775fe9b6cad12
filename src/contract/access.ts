import type { Need } from '#domain/access.ts';

/**
 * What each RPC of the public port and each HTTP route demands of its caller. A server refuses to start with an RPC or a
 * route that has no row.
 */

const rpcs: Readonly<Record<string, Need>> = {
  'filemill.v1.UploadService/UploadFile': 'upload',
  'filemill.v1.UploadService/UploadMany': 'upload',
  'filemill.v1.UploadService/BeginUpload': 'upload',
  'filemill.v1.UploadService/AppendUpload': 'upload',
  'filemill.v1.UploadService/GetUpload': 'upload',
  'filemill.v1.UploadService/CancelUpload': 'upload',
  'filemill.v1.UploadService/GetIncompleteUploads': 'read',
  'filemill.v1.MetadataService/GetFiles': 'read',
  'filemill.v1.MetadataService/GetAttempts': 'read',
  'filemill.v1.MetadataService/ListFiles': 'read',
  'filemill.v1.MetadataService/WatchFiles': 'read',
  'filemill.v1.MetadataService/WatchChanges': 'read',
  'filemill.v1.MetadataService/RetryFiles': 'retry',
  'filemill.v1.MetadataService/DeleteFiles': 'delete',
  'filemill.v1.MetadataService/GetStats': 'read',
  'filemill.v1.MetadataService/GetHistory': 'read',
  'filemill.v1.ResultService/GetResults': 'read',
  'filemill.v1.ResultService/ListResults': 'read',
  'filemill.v1.ResultService/ExportResults': 'read',
  'filemill.v1.ResultService/GetText': 'read',
  'filemill.v1.DownloadService/Download': 'read',
  'filemill.v1.SystemService/GetDependencies': 'read',
  'filemill.v1.AccessService/GetCaller': 'any',
  'filemill.v1.AccessService/CreateSession': 'any',
  'filemill.v1.AccessService/EndSession': 'any',
  'filemill.v1.AccessService/CreateToken': 'admin',
  'filemill.v1.AccessService/ListTokens': 'admin',
  'filemill.v1.AccessService/RevokeTokens': 'admin',
  'filemill.v1.AccessService/ListAudit': 'admin',
  'filemill.v1.AccessService/ListTenants': 'admin',
  'filemill.v1.AccessService/SetQuota': 'admin',
  'filemill.v1.RetentionService/ListRules': 'read',
  'filemill.v1.RetentionService/SetRule': 'delete',
  'filemill.v1.RetentionService/RemoveRule': 'delete',
  'filemill.v1.RetentionService/GetForecast': 'read',
  'filemill.v1.WebhookService/CreateWebhook': 'webhooks',
  'filemill.v1.WebhookService/ListWebhooks': 'webhooks',
  'filemill.v1.WebhookService/UpdateWebhook': 'webhooks',
  'filemill.v1.WebhookService/DeleteWebhooks': 'webhooks',
  'filemill.v1.WebhookService/RotateWebhookSecret': 'webhooks',
  'filemill.v1.WebhookService/TestWebhook': 'webhooks',
  'filemill.v1.WebhookService/ListDeliveries': 'webhooks',
  'filemill.v1.WebhookService/ReplayDeliveries': 'webhooks',
  'grpc.health.v1.Health/Check': 'open',
  'grpc.health.v1.Health/Watch': 'open',
};

const routes: Readonly<Record<string, Need>> = {
  postFiles: 'upload',
  putFile: 'upload',
  createUpload: 'upload',
  getUpload: 'upload',
  appendUpload: 'upload',
  postToUpload: 'upload',
  cancelUpload: 'upload',
  getUploadOptions: 'open',
  listFiles: 'read',
  getFile: 'read',
  getFileContent: 'read',
  getFileResult: 'read',
  getFileText: 'read',
  getFileAttempts: 'read',
  listResults: 'read',
  exportResults: 'read',
  getStats: 'read',
  getHistory: 'read',
  getEvents: 'read',
  getServer: 'any',
  getCaller: 'any',
  createSession: 'open',
  endSession: 'any',
  getSignIn: 'open',
  listTokens: 'admin',
  createToken: 'admin',
  revokeTokens: 'admin',
  listAudit: 'admin',
  exportAudit: 'admin',
  listTenants: 'admin',
  setQuota: 'admin',
  resetQuota: 'admin',
  listRetentionRules: 'read',
  setRetentionRule: 'delete',
  removeRetentionRule: 'delete',
  getRetentionForecast: 'read',
  retryFile: 'retry',
  retryFiles: 'retry',
  deleteFile: 'delete',
  deleteFiles: 'delete',
  getDocument: 'open',
  livez: 'open',
  readyz: 'open',
};

/** @param rpc `filemill.v1.UploadService/UploadFile` */
export function needOfRpc(rpc: string): Need | undefined {
  return rpcs[rpc];
}

/** @param name the name of the route, which is its `operationId` */
export function needOfRoute(name: string): Need | undefined {
  return routes[name];
}

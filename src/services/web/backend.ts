import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { RetentionService } from '#gen/filemill/v1/retention_service_pb.ts';
import { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import type { HttpProxy } from '#platform/rpc/proxy.ts';
import type { ClientTls } from '#platform/tls/certificates.ts';

/** The services behind the public gRPC address. */
export interface Backend extends Disposable {
  readonly access: RpcClient<typeof AccessService>;
  readonly health: RpcClient<typeof Health>;
  readonly metadata: RpcClient<typeof MetadataService>;
  readonly result: RpcClient<typeof ResultService>;
  readonly retention: RpcClient<typeof RetentionService>;
  readonly system: RpcClient<typeof SystemService>;
  readonly downloads: RpcClient<typeof DownloadService>;
  readonly upload: RpcClient<typeof UploadService>;
  readonly webhooks: RpcClient<typeof WebhookService>;
}

interface BackendSettings {
  readonly proxy?: HttpProxy | undefined;
  readonly tls?: ClientTls | undefined;
  readonly webToken?: string | undefined;
}

export function createBackend(target: string, ways: BackendSettings = {}): Backend {
  const resources = new DisposableStack();
  const settings = { part: 'the upload service', ...ways };
  const channel = resources.use(new RpcChannel(target, settings));
  // A connection carries a bounded number of calls: transfers, which last, have their own, so that queries never wait
  // behind them.
  const ownConnection = { ...settings, options: { 'grpc.use_local_subchannel_pool': 1 } };
  const uploads = resources.use(new RpcChannel(target, ownConnection));
  const downloads = resources.use(new RpcChannel(target, ownConnection));
  return {
    access: channel.client(AccessService),
    health: channel.client(Health),
    metadata: channel.client(MetadataService),
    result: channel.client(ResultService),
    retention: channel.client(RetentionService),
    webhooks: channel.client(WebhookService),
    system: channel.client(SystemService),
    downloads: downloads.client(DownloadService),
    upload: uploads.client(UploadService),
    [Symbol.dispose]: () => resources.dispose(),
  };
}

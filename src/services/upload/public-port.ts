import { needOfRpc } from '#contract/access.ts';
import { identityFromMessage } from '#contract/callers.ts';
import { anonymous } from '#domain/access.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { IdentityService } from '#gen/filemill/internal/v1/identity_service_pb.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { RetentionService } from '#gen/filemill/v1/retention_service_pb.ts';
import { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '#gen/grpc/reflection/v1alpha/reflection_pb.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import type { Access } from '#platform/rpc/guard/access.ts';
import { KnownCallers } from '#platform/rpc/guard/known-callers.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { healthHandlers } from '#platform/rpc/health.ts';
import { Reflection } from '#platform/rpc/reflection.ts';
import { publicServerOptions, RpcServer } from '#platform/rpc/server.ts';
import type { Quotas } from './callers/quotas.ts';
import type { RefusedCallers } from './callers/refused-callers.ts';
import { takeUntilAborted } from './intake/stream-pace.ts';
import { type AppendUploadContext, appendUpload } from './routes/append-upload.ts';
import { beginUpload } from './routes/begin-upload.ts';
import { cancelUpload } from './routes/cancel-upload.ts';
import { type DownloadContext, download } from './routes/download.ts';
import { getDependencies, type Upstream, type VolumeContext } from './routes/get-dependencies.ts';
import { getIncompleteUploads, type IncompleteUploadsContext } from './routes/get-incomplete-uploads.ts';
import { getUpload } from './routes/get-upload.ts';
import { uploadFile } from './routes/upload-file.ts';
import { type UploadManyContext, uploadMany } from './routes/upload-many.ts';

/** Bytes of half-received messages and unread answers, over all connections. */
const maxHeldBytes = 64 * 1024 * 1024;

type PortContext = AppendUploadContext &
  UploadManyContext &
  IncompleteUploadsContext &
  DownloadContext &
  VolumeContext & {
    readonly auth: 'none' | 'required';
    readonly webToken?: string | undefined;
    /** Whether callers may ask what there is to call. */
    readonly grpcReflection: boolean;
    readonly quotas: Quotas;
    readonly refusedCallers: RefusedCallers;
  };

/** The public gRPC port: everything that clients may call, and nothing else. */
export function uploadServer(
  withoutEnd: Omit<PortContext, 'stopping' | 'registered' | 'lifecycle'>,
  upstream: Upstream,
  stopping: AbortSignal,
): RpcServer {
  const registered = upstream.metadata.client(MetadataService);
  const lifecycle = upstream.metadata.client(FileLifecycleService);
  const context = { ...withoutEnd, registered, lifecycle, stopping };
  const access: Access = {
    needOf: needOfRpc,
    webToken: context.webToken,
    identify: identifyBy(context.auth, upstream.metadata),
    // Whoever may change the quota is not locked out by it.
    count: ({ tenant }, rpc) => needOfRpc(rpc) === 'admin' || context.quotas.countRequest(tenant),
    refused: (call) => context.refusedCallers.note(call),
  };
  const server = new RpcServer(context.logger, publicServerOptions, { heldBytes: maxHeldBytes }, { access })
    .add(UploadService, {
      uploadFile: uploadFile(context),
      uploadMany: uploadMany(context),
      beginUpload: beginUpload(context),
      appendUpload: appendUpload(context),
      getUpload: getUpload(context),
      cancelUpload: cancelUpload(context),
      getIncompleteUploads: getIncompleteUploads(context),
    })
    .add(DownloadService, { download: download(context) }, { answerIdleMs: context.streamIdleMs })
    .add(SystemService, { getDependencies: getDependencies(upstream, context) })
    .addForwarded(AccessService, upstream.metadata, stopping)
    .addForwarded(MetadataService, upstream.metadata, stopping)
    .addForwarded(RetentionService, upstream.metadata, stopping)
    .addForwarded(WebhookService, upstream.metadata, stopping)
    .addForwarded(ResultService, upstream.result, stopping)
    .add(
      Health,
      healthHandlers(() => context.admission.ready()),
    );
  return context.grpcReflection ? withReflection(server, stopping) : server;
}

/** Adds the two versions that clients speak. They tell of what was added before, and not of themselves. */
function withReflection(server: RpcServer, stopping: AbortSignal): RpcServer {
  const reflection = new Reflection(server.services);
  const handlers: ServiceHandlers<typeof ServerReflection> = {
    serverReflectionInfo: (requests) => reflection.answers(takeUntilAborted(stopping, requests)),
  };
  return server.add(ServerReflection, handlers).add(ServerReflectionAlpha, handlers);
}

/** Who the callers are: everyone is anonymous where no credentials are required. */
function identifyBy(auth: 'none' | 'required', metadata: RpcChannel): Access['identify'] {
  if (auth === 'none') return () => anonymous;
  const identities = metadata.client(IdentityService);
  const callers = new KnownCallers(async (credentials) =>
    identityFromMessage((await identities.identify({ credentials })).caller),
  );
  return (authorization) => callers.identify(authorization);
}

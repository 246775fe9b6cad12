import type { RpcChannel, RpcClient } from '#client/rpc-client.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';

/** What this service asks: everything through the one public gRPC address. */
export interface Backend {
  readonly health: RpcClient<typeof Health>;
  readonly metadata: RpcClient<typeof MetadataService>;
  readonly result: RpcClient<typeof ResultService>;
}

export function createBackend(channel: RpcChannel): Backend {
  return {
    health: channel.client(Health),
    metadata: channel.client(MetadataService),
    result: channel.client(ResultService),
  };
}

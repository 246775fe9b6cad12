import { incompleteToJson, statsToJson } from '#contract/json.ts';
import type { IncompleteUploadsJson, StatsJson } from '#contract/schemas.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

type Uploads = Pick<RpcClient<typeof UploadService>, 'getIncompleteUploads'>;

/** Fetches the statistics of the metadata service and of incomplete uploads. @throws FilemillError */
export async function lookUpStats(
  metadata: Pick<RpcClient<typeof MetadataService>, 'getStats'>,
  upload: Uploads,
  options: CallOptions,
): Promise<StatsJson> {
  const [stats, incomplete] = await Promise.all([
    metadata.getStats({}, options),
    lookUpIncompleteUploads(upload, options),
  ]);
  return { ...statsToJson(stats), incomplete_uploads: incomplete };
}

/** Answers null for an older server, and while the volume cannot be read. */
export async function lookUpIncompleteUploads(
  upload: Uploads,
  options: CallOptions,
): Promise<IncompleteUploadsJson | null> {
  return await upload.getIncompleteUploads({}, options).then(incompleteToJson, () => null);
}

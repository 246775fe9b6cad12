import { incompleteToJson, statsToJson } from '#contract/json.ts';
import type { IncompleteUploadsJson, StatsJson } from '#contract/schemas.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { CallOptions, RpcClient } from '#platform/rpc/client.ts';

type Uploads = Pick<RpcClient<typeof UploadService>, 'getIncompleteUploads'>;

/** What the metadata service counts, and beside it what incomplete uploads hold. @throws FilemillError */
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

/** null from a server of a release before, and while the volume cannot be read. */
export async function lookUpIncompleteUploads(
  upload: Uploads,
  options: CallOptions,
): Promise<IncompleteUploadsJson | null> {
  return await upload.getIncompleteUploads({}, options).then(incompleteToJson, () => null);
}

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { FileFilterSchema, MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';

/** Lists up to `limit` files that match the filter, newest first, page by page. */
export async function* listFiles(
  files: RpcClient<typeof MetadataService>,
  filter: MessageInitShape<typeof FileFilterSchema>,
  { limit = Number.POSITIVE_INFINITY, ...options }: RetryOptions & { readonly limit?: number },
): AsyncGenerator<readonly File[]> {
  let pageToken = '';
  for (let left = limit; left > 0; ) {
    const request = { filter, pageToken, pageSize: Math.min(1_000, left) };
    const page = await withRetry(() => files.listFiles(request, options), options);
    yield page.files;
    left -= page.files.length;
    pageToken = page.nextPageToken;
    if (pageToken === '') return;
  }
}

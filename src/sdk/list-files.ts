import type { MessageInitShape } from '@bufbuild/protobuf';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { FileFilterSchema, MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';

export interface ListOptions extends RetryOptions {
  readonly limit?: number;
  /** As in `ListFilesRequest.order_by`; newest first unless given. */
  readonly orderBy?: string;
  /** Called when more files match than the server puts in this order. */
  readonly onCapped?: () => void;
}

/** Lists up to `limit` files that match the filter, page by page. */
export async function* listFiles(
  files: RpcClient<typeof MetadataService>,
  filter: MessageInitShape<typeof FileFilterSchema>,
  { limit = Number.POSITIVE_INFINITY, orderBy = '', onCapped, ...options }: ListOptions,
): AsyncGenerator<readonly File[]> {
  let pageToken = '';
  for (let left = limit; left > 0; ) {
    const request = { filter, orderBy, pageToken, pageSize: Math.min(1_000, left) };
    const page = await withRetry(() => files.listFiles(request, options), options);
    if (page.sortCapped) onCapped?.();
    yield page.files;
    left -= page.files.length;
    pageToken = page.nextPageToken;
    if (pageToken === '') return;
  }
}

import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { FileWatch, maxIdsPerCall, type WatchOptions } from './file-watch.ts';
import type { RpcClient } from './rpc-client.ts';

/** Reports each file's state now and whenever it changes, until all are terminal or gone. */
export async function watchFiles(
  files: RpcClient<typeof MetadataService>,
  ids: readonly string[],
  options: WatchOptions,
): Promise<void> {
  const distinct = [...new Set(ids.map((id) => id.toLowerCase()))];
  const watches: FileWatch[] = [];
  for (let start = 0; start < distinct.length; start += maxIdsPerCall)
    watches.push(new FileWatch(files, distinct.slice(start, start + maxIdsPerCall), options));
  await Promise.all(watches.map((watch) => watch.run()));
}

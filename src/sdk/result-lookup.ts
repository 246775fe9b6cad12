import type { Result, ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';

/** The results of up to 1,000 files by their ids; nothing for those that have none. */
export async function lookUpResults(
  results: RpcClient<typeof ResultService>,
  fileIds: readonly string[],
  options: RetryOptions,
): Promise<ReadonlyMap<string, Result>> {
  if (fileIds.length === 0) return new Map();
  const answer = await withRetry(() => results.getResults({ fileIds: [...fileIds] }, options), options);
  return new Map(answer.results.map((result) => [result.fileId, result]));
}

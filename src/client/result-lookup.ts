import type { Result, ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { Batcher } from '#platform/batcher.ts';
import { maxIdsPerCall } from './file-watch.ts';
import { type RetryOptions, withRetry } from './retry.ts';
import type { RpcClient } from './rpc-client.ts';

/** Fetches results by file id, many in one call: what is asked for while a call is in flight shares the next. */
export class ResultLookup {
  readonly #batcher: Batcher<string, Result | undefined>;

  constructor(results: RpcClient<typeof ResultService>, options: RetryOptions) {
    this.#batcher = new Batcher(
      async (fileIds) => {
        const answer = await withRetry(() => results.getResults({ fileIds: [...fileIds] }, options), options);
        const byFile = new Map(answer.results.map((result) => [result.fileId, result]));
        return fileIds.map((id) => byFile.get(id));
      },
      { maxBatch: maxIdsPerCall },
    );
  }

  /** Undefined when the file has no result, or is unknown. */
  get(fileId: string): Promise<Result | undefined> {
    return this.#batcher.add(fileId.toLowerCase());
  }
}

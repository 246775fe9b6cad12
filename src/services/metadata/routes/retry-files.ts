import { type RetryOutcome, retryFiles } from '#adapters/postgres/files/file-commands.ts';
import { requireBatch, runBatch } from '#contract/requests.ts';
import { reachOf } from '#domain/access.ts';
import { actorOf } from '#domain/audit.ts';
import { isUuid } from '#domain/uuid.ts';
import { RetryFilesResponse_Outcome as Outcome } from '#gen/filemill/v1/metadata_service_pb.ts';
import { pair } from '#platform/pair.ts';
import type { MetadataContext, Route } from '../context.ts';

export function retryFilesRoute({ database, maxAttempts }: MetadataContext): Route<'retryFiles'> {
  return async ({ ids }, context) => {
    const outcomes = await runBatch<string, RetryOutcome>(
      requireBatch(ids, 'ids').map((id) => id.toLowerCase()),
      (id) => (isUuid(id) ? undefined : 'NOT_FOUND'),
      (good) => retryFiles(database, good, maxAttempts, reachOf(context.caller), actorOf(context)),
    );
    return { items: pair(ids, outcomes).map(([id, outcome]) => ({ id, outcome: Outcome[outcome] })) };
  };
}

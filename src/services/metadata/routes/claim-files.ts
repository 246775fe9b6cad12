import { claimFiles } from '#adapters/postgres/file-claims.ts';
import { claimedFileToMessage } from '#client/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import type { ClaimOutcome } from '#domain/file.ts';
import { isUuid } from '#domain/uuid.ts';
import { ClaimFilesResponse_Outcome as Outcome } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import { requireBatch, runBatch } from '#platform/rpc/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function claimFilesRoute({ database, leaseMs }: MetadataContext): Route<'claimFiles'> {
  return async ({ worker, leaseToken, ids }) => {
    requireLeaseToken(leaseToken);
    const outcomes = await runBatch<string, ClaimOutcome>(
      requireBatch(ids, 'ids'),
      (id) => (isUuid(id) ? undefined : { outcome: 'GONE', id }),
      (good) => claimFiles(database, good, { worker, leaseToken, leaseMs }),
    );
    await failpoint('metadata.claimed');
    const items = outcomes.map((claim) =>
      claim.outcome === 'CLAIMED'
        ? { id: claim.file.id, outcome: Outcome.CLAIMED, file: claimedFileToMessage(claim.file) }
        : { id: claim.id, outcome: Outcome[claim.outcome] },
    );
    return { items, leaseMs };
  };
}

export function requireLeaseToken(token: string): void {
  if (!isUuid(token)) throw new FilemillError('REQUEST_INVALID', '`lease_token` is not a UUID.');
}

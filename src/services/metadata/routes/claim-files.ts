import { requireBatch } from '#contract/requests.ts';
import { claimedFilesToMessage } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import { isUuid } from '#domain/uuid.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { MetadataContext, Route } from '../context.ts';

export function claimFilesRoute({ claims, leaseMs }: MetadataContext): Route<'claimFiles'> {
  return async ({ worker, leaseToken, ids }) => {
    requireLeaseToken(leaseToken);
    // A malformed id names no file.
    const named = [...new Set(requireBatch(ids, 'ids').filter(isUuid))];
    const files = await claims.named(named, { worker, leaseToken, leaseMs });
    await failpoint('metadata.claimed');
    return { files: claimedFilesToMessage(files), leaseMs };
  };
}

export function requireLeaseToken(token: string): void {
  if (!isUuid(token)) throw new FilemillError('REQUEST_INVALID', '`lease_token` is not a UUID.');
}

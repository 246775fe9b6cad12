import { confirmDeletions } from '#adapters/postgres/blob-deletions.ts';
import { isUuid } from '#domain/uuid.ts';
import { requireBatch } from '#platform/rpc/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function confirmDeletionsRoute({ database }: MetadataContext): Route<'confirmDeletions'> {
  return async ({ storageKeys }) => {
    await confirmDeletions(database, requireBatch(storageKeys, 'storage_keys').filter(isUuid));
    return {};
  };
}

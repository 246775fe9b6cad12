import { findBlobs } from '#adapters/postgres/upkeep/blob-deletions.ts';
import { requireBatch, requireColumns } from '#contract/requests.ts';
import { isUuid } from '#domain/uuid.ts';
import type { MetadataContext, Route } from '../context.ts';

export function findBlobsRoute({ database }: MetadataContext): Route<'findBlobs'> {
  return async ({ ids, storageKeys }) => {
    requireColumns(requireBatch(ids, 'ids').length, { storageKeys });
    const blobs = ids.map((id, n) => ({ id, storageKey: storageKeys[n] as string }));
    const named = blobs.filter(({ id, storageKey }) => isUuid(id) && !storageKey.includes('\0'));
    return { knownStorageKeys: await findBlobs(database, named) };
  };
}

import { findBlobs } from '#adapters/postgres/upkeep/blob-deletions.ts';
import { requireBatch, requireRows } from '#contract/requests.ts';
import { isUuid } from '#domain/uuid.ts';
import type { MetadataContext, Route } from '../context.ts';

export function findBlobsRoute({ database }: MetadataContext): Route<'findBlobs'> {
  return async ({ ids, storageKeys }) => {
    const rows = requireRows({ ids: requireBatch(ids, 'ids'), storageKeys });
    const blobs = rows.map((row) => ({ id: row.ids, storageKey: row.storageKeys }));
    const named = blobs.filter(({ id, storageKey }) => isUuid(id) && !storageKey.includes('\0'));
    return { knownStorageKeys: await findBlobs(database, named) };
  };
}

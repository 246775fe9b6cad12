import { moveBlobs } from '#adapters/postgres/upkeep/blob-deletions.ts';
import { requireBatch, requireRows } from '#contract/requests.ts';
import { FilemillError } from '#domain/errors.ts';
import { isUuid } from '#domain/uuid.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { MetadataContext, Route } from '../context.ts';

export function moveBlobsRoute({ database }: MetadataContext): Route<'moveBlobs'> {
  return async ({ ids, fromKeys, toKeys }) => {
    const rows = requireRows({ ids: requireBatch(ids, 'ids'), fromKeys, toKeys });
    if (!ids.every(isUuid)) throw new FilemillError('REQUEST_INVALID', '`ids` holds what is no UUID.');
    const blobs = rows.map((row) => ({ id: row.ids, storageKey: row.fromKeys, copyKey: row.toKeys }));
    const moved = await moveBlobs(database, blobs);
    await failpoint('metadata.moved');
    return { ids: moved };
  };
}

import { moveBlobs } from '#adapters/postgres/upkeep/blob-deletions.ts';
import { requireBatch, requireColumns } from '#contract/requests.ts';
import { FilemillError } from '#domain/errors.ts';
import { isUuid } from '#domain/uuid.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { MetadataContext, Route } from '../context.ts';

export function moveBlobsRoute({ database }: MetadataContext): Route<'moveBlobs'> {
  return async ({ ids, fromKeys, toKeys }) => {
    requireColumns(requireBatch(ids, 'ids').length, { fromKeys, toKeys });
    if (!ids.every(isUuid)) throw new FilemillError('REQUEST_INVALID', '`ids` holds what is no UUID.');
    const blobs = ids.map((id, n) => ({ id, storageKey: fromKeys[n] as string, copyKey: toKeys[n] as string }));
    const moved = await moveBlobs(database, blobs);
    await failpoint('metadata.moved');
    return { ids: moved };
  };
}

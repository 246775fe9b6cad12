import { getFiles } from '#adapters/postgres/files/file-queries.ts';
import { requireBatch } from '#contract/requests.ts';
import { fileToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import { isUuid } from '#domain/uuid.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getFilesRoute({ database }: MetadataContext): Route<'getFiles'> {
  return async ({ ids }, { caller }) => {
    const files = await getFiles(database.as(reachOf(caller)), requireBatch(ids, 'ids').filter(isUuid));
    const found = ids.flatMap((id) => files.get(id.toLowerCase()) ?? []);
    return { files: found.map(fileToMessage), missingIds: ids.filter((id) => !files.has(id.toLowerCase())) };
  };
}

import { getFiles } from '#adapters/postgres/file-queries.ts';
import { fileToMessage } from '#client/wire.ts';
import { isUuid } from '#domain/uuid.ts';
import { requireBatch } from '#platform/rpc/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getFilesRoute({ database }: MetadataContext): Route<'getFiles'> {
  return async ({ ids }) => {
    const files = await getFiles(database, requireBatch(ids, 'ids').filter(isUuid));
    const found = ids.flatMap((id) => files.get(id.toLowerCase()) ?? []);
    return { files: found.map(fileToMessage), missingIds: ids.filter((id) => !files.has(id.toLowerCase())) };
  };
}

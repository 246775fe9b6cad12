import { getResults } from '#adapters/postgres/results.ts';
import { resultToMessage } from '#client/wire.ts';
import { isUuid } from '#domain/uuid.ts';
import { requireBatch } from '#platform/rpc/requests.ts';
import type { ResultContext, Route } from '../context.ts';

export function getResultsRoute({ database }: ResultContext): Route<'getResults'> {
  return async ({ fileIds }) => {
    const results = await getResults(database, requireBatch(fileIds, 'file_ids').filter(isUuid));
    const found = fileIds.flatMap((id) => results.get(id.toLowerCase()) ?? []);
    return {
      results: found.map(resultToMessage),
      missingFileIds: fileIds.filter((id) => !results.has(id.toLowerCase())),
    };
  };
}

import { getResults } from '#adapters/postgres/results/results.ts';
import { requireBatch } from '#contract/requests.ts';
import { resultToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import { isUuid } from '#domain/uuid.ts';
import type { ResultContext, Route } from '../context.ts';

export function getResultsRoute({ audit, database }: ResultContext): Route<'getResults'> {
  return async ({ fileIds }, context) => {
    const ids = requireBatch(fileIds, 'file_ids').filter(isUuid);
    const results = await getResults(database.as(reachOf(context.caller)), ids);
    const found = fileIds.flatMap((id) => results.get(id.toLowerCase()) ?? []);
    audit.read(context, 'read_result', ...found.map(({ fileId: object, tenant }) => ({ object, tenant })));
    return {
      results: found.map(resultToMessage),
      missingFileIds: fileIds.filter((id) => !results.has(id.toLowerCase())),
    };
  };
}

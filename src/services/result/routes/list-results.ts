import { listResults } from '#adapters/postgres/results/results.ts';
import { pageSize, pageToken, parsePageToken } from '#contract/requests.ts';
import { resultToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import type { ResultContext, Route } from '../context.ts';
import { foundFilter } from '../found-filter.ts';

export function listResultsRoute({ audit, reads }: ResultContext): Route<'listResults'> {
  return async (request, context) => {
    const tenant = reachOf(context.caller);
    const filter = foundFilter(request);
    const limit = pageSize(request.pageSize);
    const results = await listResults(reads.for(context).as(tenant), filter, {
      limit: limit + 1,
      beforeFileId: parsePageToken(request.pageToken, [filter, tenant]),
    });
    const page = results.slice(0, limit);
    audit.read(context, 'list_results', { detail: { ...filter, results: page.length } });
    const last = results.length > limit ? page.at(-1) : undefined;
    return {
      results: page.map(resultToMessage),
      nextPageToken: last === undefined ? '' : pageToken(last.fileId, [filter, tenant]),
    };
  };
}

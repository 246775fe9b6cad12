import { listResults } from '#adapters/postgres/results/results.ts';
import { pageSize, pageToken, parsePageToken } from '#contract/requests.ts';
import { resultToMessage } from '#contract/wire.ts';
import type { ResultContext, Route } from '../context.ts';
import { foundFilter } from '../found-filter.ts';

export function listResultsRoute({ searches }: ResultContext): Route<'listResults'> {
  return async (request) => {
    const filter = foundFilter(request);
    const limit = pageSize(request.pageSize);
    const results = await listResults(searches, filter, {
      limit: limit + 1,
      beforeFileId: parsePageToken(request.pageToken, filter),
    });
    const page = results.slice(0, limit);
    const last = results.length > limit ? page.at(-1) : undefined;
    return {
      results: page.map(resultToMessage),
      nextPageToken: last === undefined ? '' : pageToken(last.fileId, filter),
    };
  };
}

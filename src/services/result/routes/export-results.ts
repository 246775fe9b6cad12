import { exportResults } from '#adapters/postgres/results/results.ts';
import { resultToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import type { ResultContext, Route } from '../context.ts';
import { foundFilter } from '../found-filter.ts';

export function exportResultsRoute({ searches }: ResultContext): Route<'exportResults'> {
  return async function* (request, { caller }) {
    for await (const results of exportResults(searches.as(reachOf(caller)), foundFilter(request)))
      yield { results: results.map(resultToMessage) };
  };
}

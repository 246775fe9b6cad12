import { exportResults } from '#adapters/postgres/results/results.ts';
import { resultToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import type { ResultContext, Route } from '../context.ts';
import { foundFilter } from '../found-filter.ts';

export function exportResultsRoute({ audit, reads }: ResultContext): Route<'exportResults'> {
  return async function* (request, context) {
    const filter = foundFilter(request);
    audit.read(context, 'export_results', { detail: { ...filter } });
    for await (const results of exportResults(reads.for(context).as(reachOf(context.caller)), filter))
      yield { results: results.map(resultToMessage) };
  };
}

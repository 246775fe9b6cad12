import { exportResults } from '#adapters/postgres/results/results.ts';
import { resultToMessage } from '#contract/wire.ts';
import type { ResultContext, Route } from '../context.ts';

export function exportResultsRoute({ searches }: ResultContext): Route<'exportResults'> {
  return async function* ({ mimeType }) {
    for await (const results of exportResults(searches, mimeType || undefined))
      yield { results: results.map(resultToMessage) };
  };
}

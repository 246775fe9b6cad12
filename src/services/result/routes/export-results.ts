import { exportResults } from '#adapters/postgres/results.ts';
import { resultToMessage } from '#client/wire.ts';
import type { ResultContext, Route } from '../context.ts';

export function exportResultsRoute({ searches }: ResultContext): Route<'exportResults'> {
  return async function* ({ mimeType }) {
    for await (const results of exportResults(searches, mimeType || undefined))
      yield { results: results.map(resultToMessage) };
  };
}

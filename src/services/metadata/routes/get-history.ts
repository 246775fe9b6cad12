import { readHistory } from '#adapters/postgres/history/history.ts';
import { historyPointToMessage, historyRange, stepNumber } from '#contract/history.ts';
import { reachOf } from '#domain/access.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getHistoryRoute({ reads, clock }: MetadataContext): Route<'getHistory'> {
  return async (request, call) => {
    const range = historyRange(request, clock.now);
    const points = await readHistory(reads.for(call), range, reachOf(call.caller));
    return {
      step: stepNumber(range.step),
      points: points.map((point) => historyPointToMessage(point, range.step, clock.now)),
    };
  };
}

import type { MetadataContext, Route } from '../context.ts';
import { statsMessage } from '../live/stats-message.ts';

export function getStatsRoute(context: MetadataContext): Route<'getStats'> {
  return async (request) => await statsMessage(context, request);
}

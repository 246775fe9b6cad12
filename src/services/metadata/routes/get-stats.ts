import type { MetadataContext, Route } from '../context.ts';
import { statsMessage } from '../stats-message.ts';

export function getStatsRoute({ database }: MetadataContext): Route<'getStats'> {
  return async (request) => await statsMessage(database, request);
}

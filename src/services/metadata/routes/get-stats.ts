import { reachOf } from '#domain/access.ts';
import type { MetadataContext, Route } from '../context.ts';
import { statsMessage } from '../live/stats-message.ts';

export function getStatsRoute(context: MetadataContext): Route<'getStats'> {
  return async ({ workersOnly }, { caller }) => await statsMessage(context, { workersOnly, tenant: reachOf(caller) });
}

import { reachOf } from '#domain/access.ts';
import type { MetadataContext, Route } from '../context.ts';
import { statsMessage } from '../live/stats-message.ts';

export function getStatsRoute(context: MetadataContext): Route<'getStats'> {
  return async ({ workersOnly }, call) => {
    const tenant = reachOf(call.caller);
    if (workersOnly) return await statsMessage(context, { workersOnly, tenant });
    return await statsMessage(context, { tenant, counts: context.reads.for(call) });
  };
}

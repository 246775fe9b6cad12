import { recordedFromMessage } from '#contract/audit.ts';
import { requireBatch } from '#contract/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function recordEventsRoute({ audit }: MetadataContext): Route<'record'> {
  return async ({ events }) => {
    await audit.add(requireBatch(events, 'events').map(recordedFromMessage));
    return {};
  };
}

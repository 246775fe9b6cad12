import { replayDeliveries } from '#adapters/postgres/webhooks/deliveries.ts';
import { requireBatch } from '#contract/requests.ts';
import { isUuid } from '#domain/uuid.ts';
import { retriedForMs } from '#domain/webhook.ts';
import type { MetadataContext, Route } from '../../context.ts';

export function replayDeliveriesRoute({ audit, database, webhooks }: MetadataContext): Route<'replayDeliveries'> {
  return async (request, context) => {
    const { id } = await webhooks.find(context.caller, request.webhookId);
    const ids = [...new Set(requireBatch(request.ids, 'ids').map((one) => one.toLowerCase()))];
    const replayed = await replayDeliveries(database, id, ids.filter(isUuid), retriedForMs);
    await audit.record(context, 'replay_deliveries', { object: id, detail: { deliveries: replayed.size } });
    return {
      replayedIds: ids.filter((one) => replayed.has(one)),
      skippedIds: ids.filter((one) => !replayed.has(one)),
    };
  };
}

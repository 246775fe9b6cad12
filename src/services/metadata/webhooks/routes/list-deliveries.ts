import { listDeliveries } from '#adapters/postgres/webhooks/deliveries.ts';
import { pageSize, pageToken, parsePageToken } from '#contract/requests.ts';
import { deliveryToMessage, requireDeliveryState } from '#contract/webhooks.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { isUuid } from '#domain/uuid.ts';
import type { MetadataContext, Route } from '../../context.ts';

export function listDeliveriesRoute({ reads, webhooks }: MetadataContext): Route<'listDeliveries'> {
  return async ({ webhookId, state, fileId, ...page }, call) => {
    const { id } = await webhooks.find(call.caller, webhookId);
    if (fileId !== '' && !isUuid(fileId)) throw new FilemillError('REQUEST_INVALID', '`file_id` is not a UUID.');
    const filter = { webhookId: id, state: requireDeliveryState(state), fileId: fileId.toLowerCase() || null };
    const limit = pageSize(page.pageSize);
    const beforeId = parsePageToken(page.pageToken, filter);
    const found = await listDeliveries(reads.for(call).as(reachOf(call.caller)), filter, {
      limit: limit + 1,
      beforeId,
    });
    const deliveries = found.slice(0, limit);
    const last = found.length > limit ? deliveries.at(-1) : undefined;
    return {
      deliveries: deliveries.map(deliveryToMessage),
      nextPageToken: last === undefined ? '' : pageToken(last.id, filter),
    };
  };
}

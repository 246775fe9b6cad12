import { requireBatch } from '#contract/requests.ts';
import type { MetadataContext, Route } from '../../context.ts';

export function deleteWebhooksRoute({ audit, webhooks }: MetadataContext): Route<'deleteWebhooks'> {
  return async (request, context) => {
    const ids = [...new Set(requireBatch(request.ids, 'ids'))];
    const deleted = await webhooks.delete(context.caller, ids);
    const [deletedIds, missingIds] = [ids.filter((id) => deleted.has(id)), ids.filter((id) => !deleted.has(id))];
    await audit.record(context, 'delete_webhook', ...deletedIds.map((object) => ({ object })));
    return { deletedIds, missingIds };
  };
}

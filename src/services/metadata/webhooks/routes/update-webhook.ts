import { requireDescription, requireEvents, requirePaths, requireTypes, webhookToMessage } from '#contract/webhooks.ts';
import type { UpdateWebhookRequest } from '#gen/filemill/v1/webhook_service_pb.ts';
import type { MetadataContext, Route } from '../../context.ts';

export function updateWebhookRoute({ audit, webhooks }: MetadataContext): Route<'updateWebhook'> {
  return async (request, context) => {
    const changes = changesOf(request);
    const webhook = await webhooks.update(context.caller, request.id, changes);
    const detail = { changed: Object.keys(changes), enabled: webhook.enabled };
    await audit.record(context, 'update_webhook', { object: webhook.id, detail });
    return { webhook: webhookToMessage(webhook) };
  };
}

function changesOf({ url, description, events, types, paths, enabled }: UpdateWebhookRequest) {
  return {
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description: requireDescription(description) }),
    ...(events && { events: requireEvents(events.values) }),
    ...(types && { types: requireTypes(types.values) }),
    ...(paths && { paths: requirePaths(paths.values) }),
    ...(enabled !== undefined && { enabled }),
  };
}

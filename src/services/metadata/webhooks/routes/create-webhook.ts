import { requireTenant } from '#contract/requests.ts';
import {
  allTenants,
  requireDescription,
  requireEvents,
  requirePaths,
  requireTypes,
  webhookToMessage,
} from '#contract/webhooks.ts';
import { requireScope } from '#domain/access.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { MetadataContext, Route } from '../../context.ts';

export function createWebhookRoute({ audit, webhooks }: MetadataContext): Route<'createWebhook'> {
  return async (request, context) => {
    const { webhook, secret } = await webhooks.create({
      tenant: tenantOf(request.tenant, context.caller),
      url: request.url,
      description: requireDescription(request.description),
      events: requireEvents(request.events),
      types: requireTypes(request.types),
      paths: requirePaths(request.paths),
    });
    const { id, events } = webhook;
    const detail = { host: new URL(webhook.url).host, events };
    await audit.record(context, 'create_webhook', { tenant: webhook.tenant ?? allTenants, object: id, detail });
    return { webhook: webhookToMessage(webhook), secret };
  };
}

/** @throws FilemillError PERMISSION_DENIED for another tenant than that of the caller */
function tenantOf(asked: string, caller: CallContext['caller']): string | null {
  if (asked === '' || asked === caller.tenant) return caller.tenant;
  requireScope(caller, 'admin');
  return asked === allTenants ? null : requireTenant(asked);
}

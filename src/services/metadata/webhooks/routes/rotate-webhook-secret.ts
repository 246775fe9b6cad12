import { webhookToMessage } from '#contract/webhooks.ts';
import type { MetadataContext, Route } from '../../context.ts';

export function rotateWebhookSecretRoute({ audit, webhooks }: MetadataContext): Route<'rotateWebhookSecret'> {
  return async ({ id }, context) => {
    const { webhook, secret } = await webhooks.rotate(context.caller, id);
    await audit.record(context, 'rotate_webhook_secret', { object: webhook.id });
    return { webhook: webhookToMessage(webhook), secret };
  };
}

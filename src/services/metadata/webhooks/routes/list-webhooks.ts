import { webhookToMessage } from '#contract/webhooks.ts';
import type { MetadataContext, Route } from '../../context.ts';

export function listWebhooksRoute({ webhooks }: MetadataContext): Route<'listWebhooks'> {
  return async (_, { caller }) => ({ webhooks: (await webhooks.list(caller)).map(webhookToMessage) });
}

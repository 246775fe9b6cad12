import type { MetadataContext, Route } from '../../context.ts';

export function testWebhookRoute({ webhooks }: MetadataContext): Route<'testWebhook'> {
  return async ({ id }, { caller }) => {
    const { status, error, ms } = await webhooks.test(caller, id);
    return { delivered: error === '', status, error, milliseconds: ms };
  };
}

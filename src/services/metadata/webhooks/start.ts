import type { Database } from '#adapters/postgres/database/database.ts';
import type { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import { setEventStream } from '#adapters/postgres/webhooks/webhooks.ts';
import { fileEvents } from '#domain/webhook.ts';
import type { Logger } from '#platform/logger.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import type { ClientTls } from '#platform/tls/certificates.ts';
import type { webhookConfig } from './config.ts';
import { WebhookDispatcher } from './dispatcher.ts';
import { startWebhookPruner } from './pruner.ts';
import { Senders } from './senders.ts';
import { streamUrl } from './stream-sender.ts';
import { Webhooks } from './webhooks.ts';

interface WebhooksOptions {
  readonly config: { readonly webhooks: ReturnType<typeof webhookConfig>; readonly redisUrl: string };
  readonly database: Database;
  readonly changes: ChangeFeed;
  readonly tls: ClientTls;
  readonly logger: Logger;
  /** Aborted when the service stops. */
  readonly signal: AbortSignal;
}

/** Starts all that webhooks need. `webhooks` answers callers until the rest is disposed of. */
export async function startWebhooks(options: WebhooksOptions): Promise<{ webhooks: Webhooks } & AsyncDisposable> {
  const { config, database, changes, tls, logger, signal } = options;
  const { redisUrl } = config;
  const { destinations, stream, maxStreamEntries, retentionDays } = config.webhooks;
  const told = stream === undefined ? undefined : { url: streamUrl(stream), events: fileEvents };
  await withRetry(() => setEventStream(database, told), { signal, forMs: 60_000 });
  await using opening = new AsyncDisposableStack();
  const senders = new Senders({ destinations, redisUrl, stream, maxStreamEntries, tls, logger });
  opening.use(WebhookDispatcher.start({ database, changes, senders, logger }));
  opening.use(startWebhookPruner({ database, retentionDays, logger }));
  const resources = opening.move();
  const webhooks = new Webhooks({ database, destinations, senders });
  return { webhooks, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

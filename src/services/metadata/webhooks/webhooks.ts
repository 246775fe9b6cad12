import { randomBytes } from 'node:crypto';
import type { Database, Reader } from '#adapters/postgres/database/database.ts';
import {
  deleteWebhooks,
  insertWebhook,
  listWebhooks,
  rotateSecret,
  secretsOf,
  updateWebhook,
  type WebhookChanges,
} from '#adapters/postgres/webhooks/webhooks.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { isUuid } from '#domain/uuid.ts';
import { type Answer, oldSecretForMs, type WebhookFilter, type WebhookRecord } from '#domain/webhook.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { Destinations } from './destinations.ts';
import type { Senders } from './senders.ts';

/** Of one tenant: each costs its share of every completion. */
const mostWebhooks = 20;

type Caller = CallContext['caller'];

/** What callers may do with webhooks: with those of their own tenant, unless they are `admin`. */
export class Webhooks {
  readonly #database: Database;
  readonly #destinations: Destinations;
  readonly #senders: Senders;

  constructor(options: { database: Database; destinations: Destinations; senders: Senders }) {
    this.#database = options.database;
    this.#destinations = options.destinations;
    this.#senders = options.senders;
  }

  /** @throws FilemillError REQUEST_INVALID */
  async create(webhook: WebhookFilter & Pick<WebhookRecord, 'url' | 'description'>) {
    const secret = newSecret();
    const url = this.#destinations.requireUrl(webhook.url);
    const made = await insertWebhook(this.#database, { ...webhook, url, secret }, mostWebhooks);
    if (made !== undefined) return { webhook: made, secret };
    throw new FilemillError('REQUEST_INVALID', `A tenant may have ${mostWebhooks} webhooks: delete one first.`);
  }

  async list(caller: Caller): Promise<WebhookRecord[]> {
    return await listWebhooks(this.reader(caller));
  }

  /** @throws FilemillError WEBHOOK_NOT_FOUND, REQUEST_INVALID */
  async update(caller: Caller, id: string, { url, ...changes }: WebhookChanges): Promise<WebhookRecord> {
    await this.#requireOwn(caller, id);
    const checked = url === undefined ? {} : { url: this.#destinations.requireUrl(url) };
    return (await updateWebhook(this.#database, id, { ...changes, ...checked })) ?? notFound(id);
  }

  /** @throws FilemillError WEBHOOK_NOT_FOUND, REQUEST_INVALID */
  async rotate(caller: Caller, id: string) {
    await this.#requireOwn(caller, id);
    const secret = newSecret();
    const webhook = await rotateSecret(this.#database, id, secret, oldSecretForMs);
    return { webhook: webhook ?? notFound(id), secret };
  }

  /** @returns the ids of those that were deleted */
  async delete(caller: Caller, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const own = new Set((await this.list(caller)).map(({ id }) => id));
    return await deleteWebhooks(
      this.#database,
      ids.filter((id) => own.has(id)),
    );
  }

  /** Sends one message now. @throws FilemillError WEBHOOK_NOT_FOUND */
  async test(caller: Caller, id: string): Promise<Answer & { readonly ms: number }> {
    const webhook = await this.find(caller, id);
    const sender = await this.#senders.of(webhook.kind);
    const secrets = await secretsOf(this.#database, id);
    const timestamp = new Date().toISOString();
    const message = { id: crypto.randomUUID(), type: 'webhook.test', timestamp, data: { webhook_id: id } };
    const sentAt = performance.now();
    const answer = await sender.send({ url: webhook.url, secrets }, message);
    return { ...answer, ms: Math.round(performance.now() - sentAt) };
  }

  /** @throws FilemillError WEBHOOK_NOT_FOUND */
  async find(caller: Caller, id: string): Promise<WebhookRecord> {
    const [found] = isUuid(id) ? await listWebhooks(this.reader(caller), id) : [];
    return found ?? notFound(id);
  }

  reader(caller: Caller): Reader {
    return this.#database.as(reachOf(caller));
  }

  async #requireOwn(caller: Caller, id: string): Promise<void> {
    const { kind } = await this.find(caller, id);
    if (kind !== 'http')
      throw new FilemillError('REQUEST_INVALID', 'Only the setting FILEMILL_EVENTS_REDIS_STREAM changes this stream.');
  }
}

/** 24 bytes are what Standard Webhooks asks for at least. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function notFound(id: string): never {
  throw new FilemillError('WEBHOOK_NOT_FOUND', `No webhook has the id ${id.slice(0, 64)}.`);
}

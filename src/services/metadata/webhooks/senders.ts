import type { LeasedWebhook } from '#adapters/postgres/webhooks/outbox.ts';
import { RedisConnection } from '#adapters/redis/connection.ts';
import type { Logger } from '#platform/logger.ts';
import type { ClientTls } from '#platform/tls/certificates.ts';
import type { Destinations } from './destinations.ts';
import type { Sender } from './sender.ts';
import { StreamSender } from './stream-sender.ts';

interface SendersOptions {
  readonly destinations: Destinations;
  readonly redisUrl: string;
  /** The stream that all events go to. */
  readonly stream: string | undefined;
  readonly maxStreamEntries: number;
  readonly tls: ClientTls;
  readonly logger: Logger;
}

/** The senders of this process, made when they are first needed: without a webhook, none costs memory. */
export class Senders implements AsyncDisposable {
  readonly #options: SendersOptions;
  readonly #made = new Map<LeasedWebhook['kind'], Promise<Sender>>();

  constructor(options: SendersOptions) {
    this.#options = options;
  }

  of(kind: LeasedWebhook['kind']): Promise<Sender> {
    const made = this.#made.get(kind) ?? (kind === 'http' ? this.#http() : this.#stream());
    this.#made.set(kind, made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const made of this.#made.values()) await (await made)[Symbol.asyncDispose]();
  }

  async #http(): Promise<Sender> {
    const { HttpSender } = await import('./http-sender.ts');
    return new HttpSender(this.#options.destinations);
  }

  async #stream(): Promise<Sender> {
    const { redisUrl, stream, maxStreamEntries, tls, logger } = this.#options;
    return new StreamSender(new RedisConnection(redisUrl, logger, tls, stream), maxStreamEntries);
  }
}

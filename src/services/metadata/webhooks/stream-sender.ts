import type { RedisConnection } from '#adapters/redis/connection.ts';
import { addEvent } from '#adapters/redis/events.ts';
import type { Answer } from '#domain/webhook.ts';
import type { Message, Sender, Target } from './sender.ts';

const scheme = 'redis-stream:';

/** What stands in place of a URL. */
export function streamUrl(name: string): string {
  return `${scheme}${name}`;
}

/** Adds messages to a stream of Redis. */
export class StreamSender implements Sender {
  /** Commands that are under way together share round trips. */
  readonly lanes = 128;
  readonly #connection: RedisConnection;
  readonly #maxEntries: number;

  constructor(connection: RedisConnection, maxEntries: number) {
    this.#connection = connection;
    this.#maxEntries = maxEntries;
  }

  async send({ url }: Target, message: Message): Promise<Answer> {
    const stream = url.slice(scheme.length);
    try {
      await this.#connection.run('event', (redis) => addEvent(redis, stream, this.#maxEntries, message));
      return { status: 200, error: '' };
    } catch (error) {
      return { status: 0, error: (error as Error).message };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }
}

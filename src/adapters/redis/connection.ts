import { Redis } from 'ioredis';
import { FilemillError } from '#domain/errors.ts';
import { backoffMs } from '#platform/abort.ts';
import { ConfigError } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';

/** A blocking read waits this long at most; everything that bounds a silent Redis builds on it. */
export const blockMs = 1_000;

/** A command without an answer for this long counts as failed: so a frozen Redis is noticed. */
const answerWithinMs = blockMs + 2_000;

/**
 * One connection to Redis that reconnects for ever, with full jitter. While it is down commands reject
 * at once instead of piling up, and nothing is sent twice.
 *
 * `blockingTimeout` of ioredis is left off on purpose: it makes a frozen Redis look like an empty one.
 */
export class RedisConnection implements AsyncDisposable {
  readonly #redis: Redis;
  /** Settled by the first success or failure: whoever starts together with Redis waits for that. */
  readonly #firstContact: Promise<void>;

  constructor(url: string, logger: Logger) {
    this.#redis = open(url);
    this.#firstContact = firstContact(this.#redis);
    reportOutages(this.#redis, logger);
  }

  /** @throws FilemillError UNAVAILABLE that `isRedisAway` knows, when Redis fails in whatever way */
  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    await this.#firstContact;
    try {
      return await command(this.#redis);
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new FilemillError('UNAVAILABLE', `Redis: ${detail}`, { cause, facts: { part: 'redis' } });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect();
  }
}

/** Whether it was Redis that failed, and not the claiming of what it named. */
export function isRedisAway(error: unknown): boolean {
  return error instanceof FilemillError && error.facts.part === 'redis';
}

function open(url: string): Redis {
  const options = {
    protocol: 2 as const,
    disableClientInfo: true,
    connectTimeout: answerWithinMs,
    commandTimeout: answerWithinMs,
    // Cuts the connection under a frozen server, so that nothing gathers in its buffers.
    socketTimeout: answerWithinMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number) => backoffMs(times, { maxMs: 2_000 }),
  };
  if (url.startsWith('unix://')) return new Redis({ ...options, path: url.slice('unix://'.length) });
  if (/^rediss?:\/\//.test(url)) return new Redis(url, options);
  throw new ConfigError('FILEMILL_REDIS_URL: must be none, redis://…, rediss://… or unix:///path');
}

function firstContact(redis: Redis): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.once('ready', resolve);
  redis.once('close', resolve);
  return promise;
}

/** One line when it goes, one when it is back. */
function reportOutages(redis: Redis, logger: Logger): void {
  let away = false;
  let detail = 'the connection was closed';
  redis.on('error', (error) => {
    detail = error.message;
  });
  redis.on('reconnecting', () => {
    if (!away) logger.warn({ detail }, 'Redis does not answer');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis answers again');
    away = false;
  });
}

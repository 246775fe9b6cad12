import { Redis } from 'ioredis';
import type { FilemillError } from '#domain/errors.ts';
import { isStoreFault, storeFaultError } from '#domain/store-fault.ts';
import { backoffMs } from '#platform/abort.ts';
import { ConfigError } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';
import { StoreHealth } from '#platform/store-health.ts';
import { redisFault } from './faults.ts';

/** A blocking read waits this long at most; everything that bounds a silent Redis builds on it. */
export const blockMs = 1_000;

/** A command without an answer for this long counts as failed: so a frozen Redis is noticed. */
const answerWithinMs = blockMs + 2_000;

/**
 * One connection to Redis that reconnects for ever, with full jitter. While it is down commands reject
 * at once instead of piling up, and nothing that may have been carried out is sent twice.
 *
 * `blockingTimeout` of ioredis is left off on purpose: it makes a frozen Redis look like an empty one.
 */
export class RedisConnection implements AsyncDisposable {
  readonly health: StoreHealth;
  readonly #redis: Redis;
  /** Settled by the first success or failure: what starts together with Redis waits for that. */
  readonly #firstContact: Promise<unknown>;
  /** Why the connection failed, or was refused, last. */
  #trouble: Error | undefined;
  /** Resolves when the connection that was given up is replaced, or cannot be. */
  #moving: Promise<unknown> | undefined;

  constructor(url: string, logger: Logger) {
    this.health = new StoreHealth('redis', logger);
    this.#redis = open(url);
    this.#firstContact = nextContact(this.#redis);
    this.#redis.on('error', (error) => this.#note(error));
    this.#redis.on('reconnecting', () => {
      if (this.#moving === undefined) this.#failed('connect', this.#trouble ?? new Error('the connection was closed'));
    });
  }

  /**
   * A command that Redis refuses was not carried out: it is tried once more over a new connection, where that may lead
   * to a server that is better off.
   *
   * @param what a word for the command: its refusal is over when it works
   * @throws FilemillError that `isStoreFault` knows, when Redis fails in whatever way
   */
  async run<T>(what: string, command: (redis: Redis) => Promise<T>): Promise<T> {
    await this.#firstContact;
    try {
      return await this.#try(what, command);
    } catch (cause) {
      if (!isAnswer(cause) || !redisFault(cause).reconnect) throw this.#failed(what, cause);
      this.#moving ??= this.#move(cause);
    }
    await this.#moving;
    return await this.#try(what, command).catch((cause: unknown) => {
      throw this.#failed(what, cause);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect();
  }

  async #try<T>(what: string, command: (redis: Redis) => Promise<T>): Promise<T> {
    const answer = await command(this.#redis);
    this.#trouble = undefined;
    this.health.worked(what);
    this.health.worked('connect');
    return answer;
  }

  /** ioredis has `reconnectOnError`, which tells nobody when the new connection is there. */
  async #move(refusal: Error): Promise<void> {
    this.#trouble = refusal;
    const closed = nextContact(this.#redis);
    this.#redis.disconnect(true);
    await closed;
    await nextContact(this.#redis);
    this.#moving = undefined;
  }

  #note(error: Error & { code?: string }): void {
    // Redis may answer what nobody has asked, and close the connection: that it has no place for one more client.
    const [, refusal] = /Last error: (.*)$/s.exec(error.message) ?? [];
    if (refusal !== undefined) this.#trouble = Object.assign(new Error(refusal), { name: 'ReplyError' });
    else if (error.code !== 'ECONNRESET' || !isAnswer(this.#trouble)) this.#trouble = error;
  }

  #failed(what: string, cause: unknown): FilemillError {
    if (isAnswer(cause)) this.#trouble = cause;
    // A command that found no connection knows nothing of the reason.
    const reason = this.#trouble ?? cause;
    const fault = redisFault(reason);
    this.health.failed(what, fault, reason);
    return storeFaultError('redis', fault, cause);
  }
}

/** Whether it was Redis that failed, and not the claiming of what it named. */
export function isRedisAway(error: unknown): boolean {
  return isStoreFault(error, 'redis');
}

/** Whether Redis answered, be it with a refusal. */
function isAnswer(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
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
    // INFO would have to be permitted, and would hide from each command why Redis refuses it.
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number) => backoffMs(times, { maxMs: 2_000 }),
  };
  if (url.startsWith('unix://')) return new Redis({ ...options, path: url.slice('unix://'.length) });
  if (/^rediss?:\/\//.test(url)) return new Redis(url, options);
  throw new ConfigError('FILEMILL_REDIS_URL: must be none, redis://…, rediss://… or unix:///path');
}

/** Resolves when a connection is there, or the attempt to make one has failed. */
async function nextContact(redis: Redis): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.once('ready', resolve);
  redis.once('close', resolve);
  await promise;
  redis.off('ready', resolve);
  redis.off('close', resolve);
}

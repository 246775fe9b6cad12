import type { Redis } from 'ioredis';
import type { FilemillError } from '#domain/errors.ts';
import { isStoreFault, storeFaultError } from '#domain/store-fault.ts';
import type { Logger } from '#platform/logger.ts';
import { StoreHealth } from '#platform/store-health.ts';
import { OperationTimer } from '#platform/telemetry/operation-timer.ts';
import type { ClientTls } from '#platform/tls/certificates.ts';
import { isTls, redisGroup } from './address.ts';
import { type RedisKind, redisFault } from './faults.ts';
import { openRedis, redisLink } from './open.ts';
import { workStream } from './rings.ts';

const timer = new OperationTimer('redis');

/**
 * A connection to Redis that reconnects for ever, with full jitter. During an outage commands reject at once instead of
 * queueing, and a command that may have been executed is not sent again.
 *
 * `blockingTimeout` of ioredis is deliberately not set: it makes a frozen Redis look like an empty one.
 */
export class RedisConnection implements AsyncDisposable {
  readonly health: StoreHealth;
  readonly #redis: Redis;
  readonly #kind: RedisKind;
  /** Settled by the first success or failure. Commands wait for it, as services often start together with Redis. */
  readonly #firstContact: Promise<unknown>;
  /** Why the latest connection failed or was refused. */
  #trouble: Error | undefined;
  /** Resolves when the connection has been replaced, or that has failed. */
  #moving: Promise<unknown> | undefined;

  /**
   * @param tls for `rediss…://`: by default the CAs of the system
   * @param key the one that is used over this connection, as nodes of a cluster hold different ones
   */
  constructor(url: string, logger: Logger, tls?: ClientTls, key = workStream) {
    this.health = new StoreHealth('redis', logger, redisLink(url));
    this.#kind = { tls: isTls(url), cluster: redisGroup(url)?.kind === 'cluster' };
    this.#redis = openRedis(url, key, tls);
    this.#firstContact = nextContact(this.#redis);
    this.#redis.on('error', (error) => this.#note(error));
    this.#redis.on('ready', () => {
      this.health.connected();
      void this.#askVersion();
    });
    this.#redis.on('reconnecting', () => {
      if (this.#moving === undefined) this.#failed('connect', this.#trouble ?? new Error('the connection was closed'));
    });
  }

  /**
   * Runs a command. A command that Redis refused was not executed, so it is retried once over a new connection if that may
   * lead to a healthy server.
   *
   * @param what a word for the command, under which its faults begin and end
   * @throws FilemillError that satisfies `isStoreFault`, whenever Redis fails
   */
  async run<T>(what: string, command: (redis: Redis) => Promise<T>): Promise<T> {
    await this.#firstContact;
    try {
      return await this.#try(what, command);
    } catch (cause) {
      if (!isAnswer(cause) || !redisFault(cause, this.#kind).reconnect) throw this.#failed(what, cause);
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
    const beganAt = performance.now();
    const answer = await command(this.#redis).catch((cause: unknown) => {
      timer.failed(what, beganAt, isAnswer(cause) ? cause.message.split(' ', 1)[0] : undefined);
      throw cause;
    });
    timer.worked(what, beganAt);
    this.#trouble = undefined;
    this.health.worked(what);
    this.health.worked('connect');
    return answer;
  }

  /** A user of Redis with few rights may not ask. */
  async #askVersion(): Promise<void> {
    const info = await this.#redis.info('server').catch(() => '');
    // Valkey says first which version of Redis it is compatible with.
    this.health.version = (/^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info))?.[1];
  }

  /** `reconnectOnError` of ioredis does not report when the new connection is ready. */
  async #move(refusal: Error): Promise<void> {
    this.#trouble = refusal;
    const closed = nextContact(this.#redis);
    this.#redis.disconnect(true);
    await closed;
    await nextContact(this.#redis);
    this.#moving = undefined;
  }

  #note(error: Error & { code?: string }): void {
    // Redis may send an error without a command and close the connection, such as when maxclients is reached.
    const [, refusal] = /Last error: (.*)$/s.exec(error.message) ?? [];
    if (refusal !== undefined) this.#trouble = Object.assign(new Error(refusal), { name: 'ReplyError' });
    else if (error.code !== 'ECONNRESET' || !isAnswer(this.#trouble)) this.#trouble = error;
  }

  #failed(what: string, cause: unknown): FilemillError {
    if (isAnswer(cause)) this.#trouble = cause;
    // A command that found no connection does not know the reason.
    const reason = this.#trouble ?? cause;
    const fault = redisFault(reason, this.#kind);
    this.health.failed(what, fault, reason);
    return storeFaultError('redis', fault, cause);
  }
}

/** Whether Redis failed, and not the claim of the files that it named. */
export function isRedisAway(error: unknown): boolean {
  return isStoreFault(error, 'redis');
}

/** Whether the error is an answer of Redis. */
function isAnswer(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Resolves when a connection is ready, or an attempt to connect has failed. */
async function nextContact(redis: Redis): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.once('ready', resolve);
  redis.once('close', resolve);
  await promise;
  redis.off('ready', resolve);
  redis.off('close', resolve);
}

import type { Doorbell } from '#domain/doorbell.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import type { Logger } from '#platform/logger.ts';
import type { ClientTls } from '#platform/tls/certificates.ts';
import { RedisConnection } from './connection.ts';
import { addRings, rehearseRing, workStream } from './rings.ts';

/**
 * @param redisUrl FILEMILL_REDIS_URL; `none` for a doorbell that does nothing
 * @throws ConfigError for any other URL
 */
export function createDoorbell(redisUrl: string, logger: Logger, tls?: ClientTls): Doorbell {
  return redisUrl === 'none' ? silentDoorbell : new RedisDoorbell(new RedisConnection(redisUrl, logger, tls));
}

/**
 * Rings by adding to the stream that workers read. The stream is never trimmed: callers check `depth` first, and a worker
 * deletes each entry that it has processed.
 */
class RedisDoorbell implements Doorbell {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  async ring(ids: readonly string[]): Promise<void> {
    await this.#connection.run('ring', (redis) => addRings(redis, ids));
  }

  async depth(): Promise<number> {
    return await this.#connection.run('depth', async (redis) => {
      const [depth] = await Promise.all([redis.xlen(workStream), rehearseRing(redis)]);
      return depth;
    });
  }

  get report(): StoreReport {
    return this.#connection.health.report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }
}

/** Without Redis, workers ask the metadata service for due files. */
const silentDoorbell: Doorbell = {
  ring: async () => undefined,
  depth: async () => 0,
  [Symbol.asyncDispose]: async () => undefined,
};

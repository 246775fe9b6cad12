import type { Doorbell } from '#domain/doorbell.ts';
import type { StoreReport } from '#domain/store-fault.ts';
import type { Logger } from '#platform/logger.ts';
import { addRings, rehearseRing } from './add-rings.ts';
import { RedisConnection } from './connection.ts';
import { workStream } from './keys.ts';

/**
 * @param redisUrl `redis://…`, `rediss://…`, `unix:///path`, or `none` for a bell that makes no sound
 * @throws ConfigError for any other URL
 */
export function createDoorbell(redisUrl: string, logger: Logger): Doorbell {
  return redisUrl === 'none' ? silentDoorbell : new RedisDoorbell(new RedisConnection(redisUrl, logger));
}

/**
 * Rings by adding to the stream that workers read. The stream is never trimmed: whoever rings looks at
 * `depth` first, and each entry goes when it was heard.
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
      const [depth] = await Promise.all([redis.xlen(workStream()), rehearseRing(redis)]);
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

/** Without Redis, workers ask the metadata service for what is due. */
const silentDoorbell: Doorbell = {
  ring: async () => undefined,
  depth: async () => 0,
  [Symbol.asyncDispose]: async () => undefined,
};

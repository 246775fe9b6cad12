import { Redis } from 'ioredis';
import { pino } from 'pino';
import { RedisConnection } from '#adapters/redis/connection.ts';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { RedisWorkSource } from '#adapters/redis/work-source.ts';
import { workSourceConformance } from '../conformance/work-source.ts';
import { claimerFor, startBackend } from '../support/backend.ts';
import { testRedis } from '../support/stores.ts';

const logger = pino({ level: 'silent' });

workSourceConformance('the Redis stream', async () => {
  await using opening = new AsyncDisposableStack();
  const redis = opening.use(await testRedis());
  // Its reconciler would ring too: here the test alone does.
  const backend = opening.use(await startBackend({ redisUrl: 'none' }));
  const doorbell = opening.use(createDoorbell(redis.url, logger));
  const admin = new Redis(redis.url.slice('unix://'.length));
  opening.defer(() => admin.disconnect());
  const resources = opening.move();
  return {
    backend,
    open: (worker) =>
      new RedisWorkSource({
        connection: new RedisConnection(redis.url, logger),
        consumer: worker,
        claim: claimerFor(backend, worker),
        logger,
      }),
    announce: (ids) => doorbell.ring(ids),
    reset: async () => {
      await admin.flushall();
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
});

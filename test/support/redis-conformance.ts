import { Redis } from 'ioredis';
import { pino } from 'pino';
import { RedisConnection } from '#adapters/redis/connection.ts';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { RedisWorkSource } from '#adapters/redis/work-source.ts';
import { doorbellConformance } from '../conformance/doorbell.ts';
import { workSourceConformance } from '../conformance/work-source.ts';
import { claimerFor, startBackend } from './backend.ts';
import { rungFiles } from './rung-files.ts';
import { testRedis } from './stores.ts';

const logger = pino({ level: 'silent' });

/** A Redis to be tested, in which the tests may look by themselves. */
export interface RedisUnderTest extends AsyncDisposable {
  readonly url: string;
  /** Of the server that holds the stream of rings. */
  readonly admin: Redis;
}

/** The suites of what Redis is used for. */
export function redisConformance(name: string, start: () => Promise<RedisUnderTest>): void {
  doorbellConformance(`${name}, doorbell`, async () => {
    await using opening = new AsyncDisposableStack();
    const { url, admin } = opening.use(await start());
    await admin.flushall();
    const doorbell = opening.use(createDoorbell(url, logger));
    const resources = opening.move();
    return {
      doorbell,
      heard: () => rungFiles(admin),
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    };
  });

  workSourceConformance(name, async () => {
    await using opening = new AsyncDisposableStack();
    const { url, admin } = opening.use(await start());
    // The reconciler of a metadata service would ring too: here the test alone does.
    const backend = opening.use(await startBackend({ redisUrl: 'none' }));
    const doorbell = opening.use(createDoorbell(url, logger));
    const resources = opening.move();
    return {
      backend,
      open: (worker) =>
        new RedisWorkSource({
          connection: new RedisConnection(url, logger),
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
}

/** A server on a unix socket. */
export async function single(program?: string): Promise<RedisUnderTest> {
  await using opening = new AsyncDisposableStack();
  const redis = opening.use(await testRedis([], program));
  const admin = new Redis(redis.url.slice('unix://'.length));
  opening.defer(() => admin.disconnect());
  const resources = opening.move();
  return { url: redis.url, admin, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

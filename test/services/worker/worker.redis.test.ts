import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { workStream } from '#adapters/redis/rings.ts';
import type { Doorbell } from '#domain/doorbell.ts';
import { type Backend, startBackend } from '../../support/backend.ts';
import { findRedisServer } from '../../support/ensure-redis.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestRedis, testRedis } from '../../support/stores.ts';
import { startWorker, type TestWorker } from '../../support/test-worker.ts';

const fellBack = 'Redis is unavailable: claiming straight from the metadata service';
const returned = 'Redis is back: claiming by the doorbell';
const contents = (count: number) => Array.from({ length: count }, (_, index) => ({ content: `file ${index}` }));

describe('a worker with Redis', () => {
  const resources = new AsyncDisposableStack();
  let redis: TestRedis;
  let backend: Backend;
  let doorbell: Doorbell;
  let admin: Redis;
  let worker: TestWorker;

  before(async () => {
    redis = resources.use(await testRedis());
    backend = resources.use(await startBackend({ redisUrl: redis.url }));
    doorbell = resources.use(createDoorbell(redis.url, pino({ level: 'silent' })));
    admin = resources.adopt(new Redis(redis.url.slice('unix://'.length)), (client) => client.disconnect());
    admin.on('error', () => undefined);
    worker = resources.use(await startWorker(backend));
  });
  after(() => resources.disposeAsync());

  const allCompleteOnce = async (ids: readonly string[]) => {
    for (const file of await backend.ended(ids)) assert.deepEqual([file.status, file.results], ['COMPLETED', 1]);
  };
  const seen = (message: string) => worker.messages.filter((line) => line === message).length;

  it('takes its work by the doorbell, and leaves none in the stream', async () => {
    const ids = await backend.add(contents(50));
    await doorbell.ring(ids);
    await allCompleteOnce(ids);
    await eventually('the stream is empty', async () => (await doorbell.depth()) === 0);
    assert.deepEqual(await backend.query('select source from workers'), [{ source: 'redis' }]);
    assert.equal(seen(fellBack), 0);
  });

  it('makes one result of a hundred rings', async () => {
    const ids = await backend.add(contents(3));
    await doorbell.ring(Array.from({ length: 100 }, () => ids).flat());
    for (const file of await backend.ended(ids)) assert.deepEqual([file.attempt, file.results], [1, 1]);
    await eventually('the stream is empty', async () => (await doorbell.depth()) === 0);
  });

  it('completes everything although the stream is emptied again and again', async () => {
    const ids = await backend.add(contents(200));
    for (let index = 0; index < ids.length; index += 20) {
      await doorbell.ring(ids.slice(index, index + 20));
      await admin.flushall();
    }
    await allCompleteOnce(ids);
  });

  it('finds files that nobody rings for', async () => {
    const ids = await backend.add(contents(40));
    await backend.query("update files set next_ring_at = now() + interval '1 hour' where id = any ($1)", [ids]);
    await admin.del(workStream);
    await allCompleteOnce(ids);
  });

  it('works on while Redis is frozen, and returns to it, saying each once', async () => {
    redis.process.kill('SIGSTOP');
    const ids = await backend.add(contents(20));
    await allCompleteOnce(ids);
    await eventually('the worker falls back to PostgreSQL', () => seen(fellBack) === 1);
    redis.process.kill('SIGCONT');
    await eventually('the worker returns to Redis', () => seen(returned) === 1);
    const more = await backend.add(contents(5));
    await allCompleteOnce(more);
    assert.deepEqual([seen(fellBack), seen(returned)], [1, 1]);
  });

  it('works on while Redis is gone, and returns when it comes back empty', async () => {
    redis.process.kill('SIGKILL');
    await once(redis.process, 'exit');
    await eventually('the worker falls back to PostgreSQL again', () => seen(fellBack) === 2);
    const ids = await backend.add(contents(20));
    await allCompleteOnce(ids);
    assert.equal(seen(returned), 1);
    using _ = restartRedis(redis.url);
    await eventually('the worker returns to Redis again', () => seen(returned) === 2);
    const more = await backend.add(contents(20));
    await eventually('Redis takes rings again', () =>
      doorbell.ring(more).then(
        () => true,
        () => false,
      ),
    );
    await allCompleteOnce(more);
    assert.deepEqual([seen(fellBack), seen(returned)], [2, 2]);
  });
});

function restartRedis(url: string): Disposable {
  const socket = url.slice('unix://'.length);
  const child = spawn(findRedisServer() ?? 'redis-server', ['--port', '0', '--unixsocket', socket, '--save', ''], {
    stdio: 'ignore',
  });
  return { [Symbol.dispose]: () => child.kill('SIGKILL') };
}

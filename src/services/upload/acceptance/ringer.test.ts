import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { type Doorbell, doorbellWindow } from '#domain/doorbell.ts';
import { eventually } from '#test/support/eventually.ts';
import { rungFiles } from '#test/support/rung-files.ts';
import { type TestRedis, testRedis } from '#test/support/stores.ts';
import { quiet } from '#test/support/upload-stack.ts';
import { maxQueued, Ringer } from './ringer.ts';

describe('The ringer', () => {
  it('rings Redis once for each file', async () => {
    await using redis = await testRedis();
    await using doorbell = createDoorbell(redis.url, quiet);
    await using ringer = new Ringer(doorbell, quiet);
    const ids = Array.from({ length: 1_201 }, () => randomUUID());
    for (const id of ids.slice(1)) ringer.ring(id);
    await eventually('1,200 files were rung for', async () => (await heardBy(redis)).length === 1_200);
    ringer.ring(ids[0] ?? '');
    await eventually('1,201 files were rung for', async () => (await heardBy(redis)).length === 1_201);
    assert.deepEqual((await heardBy(redis)).sort(), ids.sort());
  });

  it('rings for what is queued before it ends', async () => {
    await using redis = await testRedis();
    await using doorbell = createDoorbell(redis.url, quiet);
    const ringer = new Ringer(doorbell, quiet);
    for (let n = 0; n < 1_200; n++) ringer.ring(randomUUID());
    await ringer[Symbol.asyncDispose]();
    assert.equal((await heardBy(redis)).length, 1_200);
  });

  it('drops what it cannot ring while Redis is away, and ends all the same', async () => {
    await using redis = await testRedis();
    await using doorbell = createDoorbell(redis.url, quiet);
    await doorbell.depth();
    redis.process.kill('SIGKILL');
    await using ringer = new Ringer(doorbell, quiet);
    for (let n = 0; n < 20_000; n++) ringer.ring(randomUUID());
  });

  it('keeps a bounded number of ids in memory', async () => {
    const bell = new RecordingBell();
    const { promise, resolve } = Promise.withResolvers<number>();
    bell.depth = () => promise;
    const ringer = new Ringer(bell, quiet);
    for (let n = 0; n < 2 * maxQueued; n++) ringer.ring(String(n));
    resolve(0);
    await ringer[Symbol.asyncDispose]();
    assert(bell.rung.length >= maxQueued && bell.rung.length < 1.5 * maxQueued, `${bell.rung.length} rung`);
  });

  it('rings again once the bell is back', async () => {
    const bell = new RecordingBell();
    bell.away = true;
    await using ringer = new Ringer(bell, quiet);
    ringer.ring('lost');
    await eventually('a ring fails', () => bell.failures > 0);
    bell.away = false;
    ringer.ring('heard');
    await eventually('the ring is heard', () => bell.rung.includes('heard'));
    assert.deepEqual(bell.rung, ['heard']);
  });

  it('adds nothing to a stream that is full', async () => {
    const bell = new RecordingBell();
    bell.waiting = doorbellWindow;
    const ringer = new Ringer(bell, quiet);
    ringer.ring('too many');
    await ringer[Symbol.asyncDispose]();
    assert.deepEqual(bell.rung, []);
  });
});

/** Full or away whenever the test needs it, which takes 10,000 rings and a restart with a real Redis. */
class RecordingBell implements Doorbell {
  readonly rung: string[] = [];
  away = false;
  failures = 0;
  waiting = 0;

  async ring(ids: readonly string[]): Promise<void> {
    if (this.away) {
      this.failures += 1;
      throw new Error('away');
    }
    this.rung.push(...ids);
  }

  depth = async (): Promise<number> => this.waiting;

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The files that the stream names. */
async function heardBy({ url }: TestRedis): Promise<string[]> {
  const redis = new Redis(url.slice('unix://'.length));
  const files = await rungFiles(redis);
  redis.disconnect();
  return files;
}

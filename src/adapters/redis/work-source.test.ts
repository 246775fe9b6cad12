import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { FilemillError } from '#domain/errors.ts';
import type { ClaimByIds } from '#domain/work-source.ts';
import { never } from '#platform/abort.ts';
import { eventually } from '#test/support/eventually.ts';
import { testRedis } from '#test/support/stores.ts';
import { isRedisAway, RedisConnection } from './connection.ts';
import { createDoorbell } from './doorbell.ts';
import { addRings, fileIdField, workGroup, workStream } from './rings.ts';
import { RedisWorkSource, type RedisWorkSourceOptions } from './work-source.ts';
import { type Ring, WorkStream } from './work-stream.ts';

const logger = pino({ level: 'silent' });

/** A Redis, and the operations of the tests on it. */
async function setUp() {
  const resources = new AsyncDisposableStack();
  const redis = resources.use(await testRedis());
  const doorbell = resources.use(createDoorbell(redis.url, logger));
  const admin = resources.adopt(new Redis(redis.url.slice('unix://'.length)), (client) => client.disconnect());
  admin.on('error', () => undefined);
  const connection = () => resources.use(new RedisConnection(redis.url, logger));
  const open = (claim: ClaimByIds, options: Partial<RedisWorkSourceOptions> = {}) =>
    new RedisWorkSource({ connection: connection(), consumer: 'w', claim, logger, ...options });
  const pending = async () => Number(((await admin.xpending(workStream, workGroup)) as unknown[])[0]);
  const left = async () => ({ entries: await admin.xlen(workStream), pending: await pending() });
  return {
    redis,
    doorbell,
    admin,
    connection,
    open,
    left,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** A fake metadata service: it has none of the requested files, and records the requests. */
function claimer() {
  const asked: string[][] = [];
  const failures: Error[] = [];
  const claim: ClaimByIds = async (ids) => {
    asked.push([...ids]);
    const failure = failures.shift();
    if (failure) throw failure;
    return { files: [], leaseMs: 1_000, sentAt: performance.now() };
  };
  return { asked, failures, claim };
}

const idsOf = (rings: readonly Ring[]) => rings.flatMap(({ fileIds }) => fileIds);
const newIds = (count: number) => Array.from({ length: count }, () => randomUUIDv7());

describe('RedisWorkSource', () => {
  it('leaves nothing of a settled ring in the stream', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    await using source = t.open(claim);
    const ids = newIds(3);
    await t.doorbell.ring(ids);
    await source.next(10, never);
    assert.deepEqual(asked, [ids]);
    assert.deepEqual(await t.left(), { entries: 0, pending: 0 });
  });

  it('claims an id once however often it was rung', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    await using source = t.open(claim);
    const [id = ''] = newIds(1);
    await t.doorbell.ring(Array.from({ length: 100 }, () => id));
    await source.next(100, never);
    assert.deepEqual(asked, [[id]]);
    assert.deepEqual(await t.left(), { entries: 0, pending: 0 });
  });

  it('claims no more files than it was asked for, and leaves the others to all', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    await using source = t.open(claim);
    await using other = t.open(claim, { consumer: 'other' });
    const ids = newIds(40);
    await t.doorbell.ring(ids);
    assert.deepEqual(await t.left().catch(() => t.admin.xlen(workStream)), 3);
    await source.next(5, never);
    await other.next(20, never);
    assert.deepEqual(asked, [ids.slice(0, 5), ids.slice(5, 25)]);
    while (asked.flat().length < ids.length) await other.next(20, never);
    assert.deepEqual(asked.flat().sort(), ids.toSorted());
    assert.deepEqual(await t.left(), { entries: 0, pending: 0 });
  });

  it('hears the rings of earlier releases, which name one file each', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    await using source = t.open(claim);
    const ids = newIds(3);
    for (const id of ids) await t.admin.xadd(workStream, '*', fileIdField, id);
    while (asked.flat().length < ids.length) await source.next(10, never);
    assert.deepEqual(asked.flat(), ids);
  });

  it('keeps rings open while the claim has no answer, and tries these first', async () => {
    await using t = await setUp();
    const { asked, failures, claim } = claimer();
    await using source = t.open(claim);
    const ids = newIds(3);
    await t.doorbell.ring(ids);
    failures.push(new FilemillError('UNAVAILABLE'));
    const failed = await source.next(3, never).catch((error: unknown) => error);
    assert.ok(!isRedisAway(failed), 'not a fault of Redis');
    assert.deepEqual(await t.left(), { entries: 1, pending: 1 });
    await source.next(2, never);
    await source.next(2, never);
    assert.deepEqual(asked, [ids, ids.slice(0, 2), ids.slice(2)]);
    assert.deepEqual(await t.left(), { entries: 0, pending: 0 });
  });

  it('does not let rings that no claim can be made of stand in the way', async () => {
    await using t = await setUp();
    const { asked, failures, claim } = claimer();
    await using source = t.open(claim);
    const [poison = '', good = ''] = newIds(2);
    await t.doorbell.ring([poison, good]);
    failures.push(new FilemillError('INTERNAL'));
    await assert.rejects(source.next(1, never));
    await source.next(1, never);
    assert.deepEqual(asked, [[poison], [good]]);
    assert.deepEqual(await t.left(), { entries: 1, pending: 1 });
  });

  it('claims what was delivered without its hearing, once it is heard again', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    await using source = t.open(claim, { reclaimIdleMs: 600_000 });
    const ids = newIds(5);
    await source.probe();
    const reading = assert.rejects(source.next(10, never), isRedisAway);
    await eventually('the worker waits for work', async () =>
      String(await t.admin.client('LIST')).includes('cmd=xreadgroup'),
    );
    await t.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await reading;
    await addRings(t.admin, ids);
    assert.deepEqual(idsOf(await new WorkStream(t.connection(), 'w').read(10)), ids);
    await eventually('all ids were asked for', async () => {
      await source.next(2, never).catch(() => undefined);
      return asked.flat().length >= ids.length;
    });
    assert.deepEqual(asked.flat(), ids);
    assert.deepEqual(await t.left(), { entries: 0, pending: 0 });
  });

  it('takes over the rings of a worker that fell silent', async () => {
    await using t = await setUp();
    const ids = newIds(30);
    await t.doorbell.ring(ids);
    const dead = new WorkStream(t.connection(), 'dead');
    assert.deepEqual(idsOf(await dead.read(30)), ids);
    const { asked, claim } = claimer();
    await using source = t.open(claim, { consumer: 'heir', reclaimIdleMs: 0, reclaimEveryMs: 0 });
    while (asked.flat().length < ids.length) await source.next(7, never);
    assert.deepEqual(asked.flat().sort(), ids.toSorted());
    assert.deepEqual(await t.left(), { entries: 0, pending: 0 });
  });

  it('leaves alone what another worker was given a moment ago', async () => {
    await using t = await setUp();
    await t.doorbell.ring(newIds(1));
    await new WorkStream(t.connection(), 'busy').read(1);
    const { asked, claim } = claimer();
    await using source = t.open(claim, { consumer: 'other' });
    await source.next(1, never);
    assert.deepEqual(asked, []);
  });

  it('hears rings that came before its group, also after FLUSHALL', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    await using source = t.open(claim);
    const [first = '', second = ''] = newIds(2);
    await t.doorbell.ring([first]);
    await source.next(5, never);
    await t.admin.flushall();
    await t.doorbell.ring([second]);
    await source.next(5, never);
    assert.deepEqual(asked, [[first], [second]]);
  });

  it('goes on when the stream vanishes under a blocked read', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    await using source = t.open(claim);
    await source.next(1, never);
    const reading = source.next(1, never);
    while (!String(await t.admin.client('LIST')).includes('cmd=xreadgroup')) await new Promise(setImmediate);
    await t.admin.flushall();
    const [id = ''] = newIds(1);
    await t.doorbell.ring([id]);
    await reading;
    if (asked.length === 0) await source.next(1, never);
    assert.deepEqual(asked, [[id]]);
  });

  it('drops entries that name no file, with one line', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    const lines: string[] = [];
    const listening = pino({}, { write: (line: string) => lines.push(JSON.parse(line).msg) });
    await using source = t.open(claim, { logger: listening });
    await t.admin.xadd(workStream, '*', 'id', 'not an id');
    await t.admin.xadd(workStream, '*', 'job', '{"evil":true}');
    const [id = ''] = newIds(1);
    await t.doorbell.ring([id]);
    await source.next(50, never);
    assert.deepEqual(asked, [[id]]);
    assert.deepEqual(await t.left(), { entries: 0, pending: 0 });
    assert.equal(lines.length, 1);
  });

  it('rings anew for what an abort keeps it from claiming', async () => {
    await using t = await setUp();
    const { asked, claim } = claimer();
    await using source = t.open(claim);
    await source.next(1, never);
    const stop = new AbortController();
    const reading = source.next(1, stop.signal);
    stop.abort(new Error('stop'));
    const ids = newIds(1);
    await t.doorbell.ring(ids);
    await assert.rejects(reading, /stop/);
    assert.deepEqual(await t.left(), { entries: 1, pending: 0 });
    await source.next(1, never);
    assert.deepEqual(asked, [ids]);
  });

  it('says that Redis is away when it was killed', async () => {
    await using t = await setUp();
    const { claim } = claimer();
    await using source = t.open(claim);
    await source.next(1, never);
    t.redis.process.kill('SIGKILL');
    await once(t.redis.process, 'exit');
    await assert.rejects(source.next(1, never), isRedisAway);
    await assert.rejects(source.probe(), isRedisAway);
  });

  it('says that Redis is away when it is frozen', async () => {
    await using t = await setUp();
    const { claim } = claimer();
    await using source = t.open(claim);
    await source.next(1, never);
    t.redis.process.kill('SIGSTOP');
    await assert.rejects(source.next(1, never), isRedisAway);
    await assert.rejects(source.probe(), isRedisAway);
    t.redis.process.kill('SIGCONT');
    await untilOk(() => source.probe());
    await source.next(1, never);
  });
});

describe('WorkStream.forgetConsumers', () => {
  it('deletes the idle that hold nothing open, and nobody else', async () => {
    await using t = await setUp();
    await t.doorbell.ring(newIds(1));
    await new WorkStream(t.connection(), 'holder').read(1);
    for (const id of newIds(2)) await t.doorbell.ring([id]);
    const done = new WorkStream(t.connection(), 'done');
    await done.settle((await done.read(1)).map((ring) => ring.entryId));
    const self = new WorkStream(t.connection(), 'self');
    await self.read(1);
    await self.forgetConsumers(3_600_000);
    assert.deepEqual(await names(t.admin), ['done', 'holder', 'self']);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await self.forgetConsumers(1);
    assert.deepEqual(await names(t.admin), ['holder', 'self']);
    assert.deepEqual(await t.left(), { entries: 2, pending: 2 });
  });
});

async function names(admin: Redis): Promise<string[]> {
  const consumers = (await admin.xinfo('CONSUMERS', workStream, workGroup)) as string[][];
  return consumers.map((pairs) => pairs[pairs.indexOf('name') + 1] as string).sort();
}

async function untilOk(attempt: () => Promise<void>): Promise<void> {
  for (;;) {
    const failed = await attempt().catch((error: unknown) => error);
    if (failed === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

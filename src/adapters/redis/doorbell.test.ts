import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { ConfigError } from '#platform/config.ts';
import { doorbellConformance } from '#test/conformance/doorbell.ts';
import { testRedis } from '#test/support/stores.ts';
import { isRedisAway } from './connection.ts';
import { createDoorbell } from './doorbell.ts';

const logger = pino({ level: 'silent' });

doorbellConformance('silent doorbell', async () => {
  const doorbell = createDoorbell('none', logger);
  return { doorbell, heard: () => undefined, [Symbol.asyncDispose]: () => doorbell[Symbol.asyncDispose]() };
});

test('a bell whose Redis is away rejects instead of waiting, and is reported once', async () => {
  const redis = await testRedis();
  const lines: string[] = [];
  const outageLogger = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
  await using doorbell = createDoorbell(redis.url, outageLogger);
  await doorbell.ring(['00000000-0000-7000-8000-000000000000']);
  redis.process.kill('SIGKILL');
  await once(redis.process, 'exit');
  while (lines.length === 0) await nextTurn();
  await assert.rejects(doorbell.depth(), isRedisAway);
  for (let ring = 0; ring < 3; ring++)
    await assert.rejects(doorbell.ring(['00000000-0000-7000-8000-000000000000']), isRedisAway);
  assert.deepEqual(lines, ['Redis does not answer']);
  await redis[Symbol.asyncDispose]();
});

test('a frozen Redis is noticed', async () => {
  await using redis = await testRedis();
  await using doorbell = createDoorbell(redis.url, logger);
  assert.equal(await doorbell.depth(), 0);
  redis.process.kill('SIGSTOP');
  await assert.rejects(doorbell.depth(), isRedisAway);
});

test('an unknown kind of URL is a setting that cannot be used', () => {
  assert.throws(() => createDoorbell('http://localhost', logger), ConfigError);
});

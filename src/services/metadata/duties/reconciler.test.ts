import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import { HistoryTally } from '#adapters/postgres/history/history-tally.ts';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { createLogger } from '#platform/logger.ts';
import { eventually } from '#test/support/eventually.ts';
import { createFile, makeDue, openTestDatabase } from '#test/support/files.ts';
import { testRedis } from '#test/support/stores.ts';
import { startReconciler } from './reconciler.ts';

test('the reconciler rings for a file that nobody rang for, and again when its ring is lost', async () => {
  await using resources = new AsyncDisposableStack();
  const { database } = resources.use(await openTestDatabase());
  const redis = resources.use(await testRedis());
  const admin = resources.adopt(new Redis(redis.url.slice('unix://'.length)), (client) => client.disconnect());
  const logger = createLogger('test', { level: 'silent', format: 'json' });
  const doorbell = resources.use(createDoorbell(redis.url, logger));
  resources.use(
    startReconciler({
      database,
      clock: new DatabaseClock(database, { longestMs: 60_000 }),
      doorbell,
      leaseMs: 15_000,
      events: new HistoryTally(),
      logger,
    }),
  );
  const id = await createFile(database);
  assert.equal(await doorbell.depth(), 0);
  for (let lost = 0; lost < 2; lost++) {
    await makeDue(database, id);
    await eventually('the stream holds 1 ring', async () => (await doorbell.depth()) === 1);
    await admin.flushall();
  }
});

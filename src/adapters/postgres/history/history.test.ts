import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { FileEvents } from '#domain/file-events.ts';
import { type HistoryStep, historyKeptDays, historySteps, stepMs } from '#domain/history.ts';
import { createLogger } from '#platform/logger.ts';
import { claimFile, createFile, finding, letLeaseRunOut, newFile, openTestDatabase } from '#test/support/files.ts';
import { Database } from '../database/database.ts';
import { saveResults } from '../files/file-completion.ts';
import { createFiles } from '../files/file-creation.ts';
import { expireLeases, failAttempts } from '../files/file-leases.ts';
import { addHistory, pruneHistory, readHistory, sampleBacklog } from './history.ts';
import { HistoryRecorder } from './history-recorder.ts';
import { HistoryTally } from './history-tally.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['history', 'files', 'file_states', 'file_counts', 'claims'])
    await database.query({ text: `delete from ${table}` });
});

/** The present step and the one before, as one: a test may see the end of a minute. */
async function lately(step: HistoryStep, tenant?: string) {
  const [clock] = await database.query<{ at: Date }>({ text: `select date_trunc('${step}', now(), 'UTC') as at` });
  const at = (clock as { at: Date }).at.getTime();
  const range = { step, from: new Date(at - stepMs[step]), to: new Date(at + stepMs[step]) };
  const points = await readHistory(database, range, tenant);
  assert.equal(points.length, 2);
  const add = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const counts = (field: 'failed' | 'waits' | 'totals') =>
    Object.fromEntries(
      [...new Set(points.flatMap((point) => Object.keys(point[field])))].map((key) => [
        key,
        add(points.map((point) => point[field][key as never] ?? 0)),
      ]),
    );
  return {
    accepted: add(points.map(({ accepted }) => accepted)),
    acceptedBytes: add(points.map(({ acceptedBytes }) => acceptedBytes)),
    completed: add(points.map(({ completed }) => completed)),
    completedBytes: add(points.map(({ completedBytes }) => completedBytes)),
    failed: counts('failed'),
    waited: add(Object.values(counts('waits'))),
    took: add(Object.values(counts('totals'))),
    pending: Math.max(...points.map(({ backlog }) => backlog?.pending ?? -1)),
  };
}

const nothing = { accepted: 0, acceptedBytes: 0, completed: 0, completedBytes: 0, failed: {}, waited: 0, took: 0 };

/** Three files: one completes, one fails for good, one fails and is to be tried again. Everything is repeated. */
async function makeHistory(tenant: string, events: FileEvents): Promise<void> {
  const files = ['one', 'two', 'three'].map((filename) => newFile({ filename, tenant, size: 10 }));
  for (const _ of ['once', 'again']) await createFiles(database, files, 3, undefined, events);
  const [one, two, three] = await Promise.all(files.map(({ id }) => claimFile(database, id)));
  assert(one && two && three);
  for (const _ of ['once', 'again']) {
    await saveResults(database, [finding(one)], events);
    const failure = { errorCode: 'analyzer_error', errorMessage: '', permanent: true };
    await failAttempts(database, [{ ...two, ...failure }], events);
    await failAttempts(database, [{ ...three, ...failure, permanent: false }], events);
  }
}

const madeByOne = {
  accepted: 3,
  acceptedBytes: 30,
  completed: 1,
  completedBytes: 10,
  failed: { analyzer_error: 1 },
  waited: 1,
  took: 1,
  pending: -1,
};

describe('The history', () => {
  it('counts each change once, though each call is repeated', async () => {
    const tally = new HistoryTally();
    await makeHistory('default', tally);
    await addHistory(database, tally.take());
    for (const step of historySteps) assert.deepEqual(await lately(step), madeByOne, step);
  });

  it('counts a file that silenced its workers for the last time', async () => {
    const tally = new HistoryTally();
    const id = await createFile(database);
    for (let silence = 0; silence < 10; silence++) {
      await database.query({ text: 'update files set run_after = now() where id = $1' }, [id]);
      await claimFile(database, id);
      await letLeaseRunOut(database, id);
      await expireLeases(database, 10, undefined, tally);
    }
    assert.deepEqual(tally.take().get('')?.failed, { worker_crashed: 1 });
  });

  it('adds up what several replicas did at the same time, in all steps and for all tenants', async () => {
    const { url } = opened;
    const replicas = [1, 2, 3].map(() => new Database({ url, poolSize: 2, logger }));
    const tallies = replicas.map(() => new HistoryTally());
    for (const [n, tally] of tallies.entries())
      for (const tenant of ['a', 'b']) for (let i = 0; i <= n; i++) await makeHistory(tenant, tally);
    await Promise.all(replicas.map(async (replica, n) => await addHistory(replica, tallies[n]?.take() ?? new Map())));
    await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
    for (const step of historySteps)
      for (const [tenant, times] of [
        [undefined, 12],
        ['a', 6],
        ['b', 6],
      ] as const) {
        const told = await lately(step, tenant);
        const { accepted, completed, failed, waited } = told;
        assert.deepEqual([accepted, completed, failed.analyzer_error, waited], [3 * times, times, times, times]);
      }
  });

  it('shows a tenant what is its own', async () => {
    const tally = new HistoryTally();
    await makeHistory('mine', tally);
    await makeHistory('theirs', tally);
    await addHistory(database, tally.take());
    await sampleBacklog(database);
    for (const step of historySteps) {
      assert.deepEqual(await lately(step, 'mine'), { ...madeByOne, pending: 1 });
      assert.deepEqual(await lately(step, 'nobody'), { ...nothing, pending: 0 });
      const { accepted, pending } = await lately(step);
      assert.deepEqual([accepted, pending], [6, 2]);
    }
    const all = await database.as('mine').query<{ tenant: string }>({ text: 'select distinct tenant from history' });
    assert.deepEqual(all, [{ tenant: 'mine' }]);
  });

  it('tells hours and days that are the sums of their minutes', async () => {
    const tally = new HistoryTally();
    await makeHistory('default', tally);
    await addHistory(database, tally.take());
    await makeHistory('default', tally);
    await addHistory(database, tally.take());
    const [minutes, hours, days] = await Promise.all(historySteps.map((step) => lately(step)));
    assert.equal(minutes?.accepted, 6);
    assert.deepEqual(minutes, hours);
    assert.deepEqual(hours, days);
  });
});

describe('The backlog', () => {
  it('is noted once a minute, by whoever comes first', async () => {
    for (const tenant of ['a', 'a', 'b']) await createFile(database, { tenant });
    await claimFile(database, await createFile(database, { tenant: 'c' }));
    await Promise.all([1, 2, 3].map(() => sampleBacklog(database)));
    await createFile(database, { tenant: 'a' });
    const rows = await database.query({
      text: `select tenant, pending, processing from history where step = 'minute' order by at, tenant limit 4`,
    });
    assert.deepEqual(rows, [
      { tenant: '', pending: 3, processing: 1 },
      { tenant: 'a', pending: 2, processing: 0 },
      { tenant: 'b', pending: 1, processing: 0 },
      { tenant: 'c', pending: 0, processing: 1 },
    ]);
    assert.equal((await lately('minute', 'a')).pending, 2);
    // Another minute may have begun.
    const later = await sampleBacklog(database);
    const [minutes] = await database.query<{ count: number }>({
      text: `select count(distinct at) from history where step = 'minute'`,
    });
    assert.equal(minutes?.count, later ? 2 : 1);
  });

  it('is the highest of the samples of an hour, with the age of the oldest', async () => {
    const id = await createFile(database);
    await database.query({ text: `update files set run_after = now() - interval '90 seconds' where id = $1` }, [id]);
    assert.equal(await sampleBacklog(database), true);
    await database.query({ text: `update history set at = at - interval '1 minute' where step = 'minute'` });
    await database.query({ text: `delete from file_counts` });
    await database.query({ text: `delete from file_states` });
    assert.equal(await sampleBacklog(database), true);
    const rows = await database.query<{ pending: number; oldest: number }>({
      text: `select pending, round(oldest_pending_seconds)::int as oldest from history where tenant = '' order by step desc, at`,
    });
    const most = { pending: 1, oldest: 90 };
    assert.deepEqual(rows, [most, { pending: 0, oldest: 0 }, most, most]);
  });

  it('is unknown for a time in which Filemill did not run, and none if no file waited', async () => {
    assert.equal((await lately('minute')).pending, -1);
    assert.equal((await lately('minute', 'mine')).pending, -1);
    await sampleBacklog(database);
    assert.equal((await lately('minute')).pending, 0);
    assert.equal((await lately('minute', 'mine')).pending, 0);
  });
});

describe('A recorder', () => {
  it('writes what is left when its service stops, and begins anew after a restart', async () => {
    for (const _ of ['first', 'second']) {
      await using recorder = HistoryRecorder.start({ database, logger, everyMs: 3_600_000 });
      await makeHistory('default', recorder);
      assert.equal((await lately('day')).accepted % 3, 0);
    }
    assert.equal((await lately('day')).accepted, 6);
  });

  it('keeps what PostgreSQL could not take, and adds it later', async () => {
    await using recorder = HistoryRecorder.start({ database, logger, everyMs: 3_600_000 });
    await makeHistory('default', recorder);
    await database.query({ text: 'alter table history rename to away' });
    await assert.rejects(recorder.flush());
    await makeHistory('default', recorder);
    await database.query({ text: 'alter table away rename to history' });
    await recorder.flush();
    await recorder.flush();
    assert.deepEqual(await lately('hour'), {
      ...{ accepted: 6, acceptedBytes: 60, completed: 2, completedBytes: 20, failed: { analyzer_error: 2 } },
      ...{ waited: 2, took: 2, pending: -1 },
    });
  });
});

describe('The pruner', () => {
  it('forgets each step when its time is over, and no more rows at once than it is told', async () => {
    const insert = `
      insert into history (step, at, tenant, accepted)
      select s.step, date_trunc(s.step, now(), 'UTC') - make_interval(days => s.days) + i.n * make_interval(secs => s.secs), '', 1
      from unnest($1::text[], $2::int[], $3::int[]) as s (step, days, secs), generate_series(-5, 5) as i (n)`;
    const values = [
      historySteps,
      historySteps.map((step) => historyKeptDays[step]),
      historySteps.map((step) => stepMs[step] / 1_000),
    ];
    await database.query({ text: insert }, values);
    const pruned: number[] = [];
    do pruned.push(await pruneHistory(database, 4));
    while (pruned.at(-1) !== 0);
    // The one that is just over its time may go or stay.
    const all = pruned.reduce((sum, rows) => sum + rows, 0);
    assert.ok(all >= 15 && all <= 18, `${all} rows`);
    assert.ok(Math.max(...pruned) === 4);
    const left = await database.query<{ step: string; rows: number }>({
      text: 'select step, count(*) as rows from history group by 1',
    });
    for (const { rows } of left) assert.ok(rows === 5 || rows === 6);
    assert.equal(left.length, 3);
  });
});

describe('A clock that steps', () => {
  it('leaves figures where it was, and takes up an earlier minute again', async () => {
    const tally = new HistoryTally();
    await makeHistory('default', tally);
    await addHistory(database, tally.take());
    // As if they were written before the clock was set back.
    await database.query({ text: `update history set at = at + interval '2 days'` });
    await makeHistory('default', tally);
    await addHistory(database, tally.take());
    await sampleBacklog(database);
    for (const step of historySteps) assert.equal((await lately(step)).accepted, 3, step);
    assert.equal(await pruneHistory(database, 100), 0);
  });
});

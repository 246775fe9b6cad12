import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { eventually } from '#test/support/eventually.ts';
import {
  claimFile,
  createFile,
  finding,
  letLeaseRunOut,
  makeDue,
  newFile,
  openTestDatabase,
} from '#test/support/files.ts';
import { stateContradictions } from '#test/support/state-contradictions.ts';
import type { Database } from '../database/database.ts';
import { claimDueFiles } from '../files/file-claims.ts';
import { deleteFiles, retryFiles } from '../files/file-commands.ts';
import { saveResults } from '../files/file-completion.ts';
import { createFiles } from '../files/file-creation.ts';
import { cancelFiles, pauseFiles, resumeFiles } from '../files/file-holds.ts';
import { expireLeases, failAttempts, releaseFiles } from '../files/file-leases.ts';
import { getFiles } from '../files/file-queries.ts';
import { holdBatches, markBatch, unfinishedOfBatch } from './batch-holds.ts';
import { getBatch, listBatches, rateOfBatch } from './batches.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

const tenant = 'default';
const claimant = () => ({ worker: 'v', leaseToken: randomUUID(), leaseMs: 60_000 });
const failure = (file: { id: string; leaseToken: string }, permanent: boolean) => ({
  ...{ id: file.id, leaseToken: file.leaseToken, errorCode: 'analyzer_error', errorMessage: 'no', permanent },
});
const statusOf = async (id: string) => (await getFiles(database, [id])).get(id)?.status;
const pauseBatch = async (name: string) => {
  await markBatch(database, tenant, name, 'PAUSED');
  while (await holdBatches(database, { tenant, name }));
};
const resumeBatch = async (name: string) => {
  await markBatch(database, tenant, name, 'RESUMING');
  while (await holdBatches(database, { tenant, name }));
};

test('a batch counts its files in each state, their bytes, words and failures', async () => {
  const batch = 'counts';
  const ids = [];
  for (let n = 0; n < 5; n += 1) ids.push(await createFile(database, { batch, size: 10 }));
  const [done = '', failed = '', paused = '', running = ''] = ids;
  await saveResults(database, [finding(await claimFile(database, done))]);
  await failAttempts(database, [failure(await claimFile(database, failed), true)]);
  await pauseFiles(database, [paused], undefined);
  await claimFile(database, running);
  await createFile(database, { size: 99 });
  const found = await getBatch(database, tenant, tenant, batch);
  assert.deepEqual(found?.files, { PENDING: 1, PAUSED: 1, PROCESSING: 1, COMPLETED: 1, FAILED: 1 });
  assert.deepEqual([found?.bytes, found?.words, found?.errors], [50, 1, { analyzer_error: 1 }]);
  assert.ok((await rateOfBatch(database, tenant, batch)) > 0);
  await retryFiles(database, [failed], 3, undefined);
  await cancelFiles(database, [running], undefined);
  const then = await getBatch(database, undefined, tenant, batch);
  assert.deepEqual([then?.files.PENDING, then?.files.PROCESSING, then?.errors], [2, 0, { cancelled: 1 }]);
  await deleteFiles(database, ids, undefined);
  assert.equal(await getBatch(database, tenant, tenant, batch), undefined);
});

test('a batch of one tenant is none of another', async () => {
  await createFile(database, { batch: 'mine', tenant: 'red' });
  await createFile(database, { batch: 'mine', tenant: 'blue' });
  for (const one of ['red', 'blue']) {
    assert.equal((await getBatch(database, one, one, 'mine'))?.files.PENDING, 1);
    assert.deepEqual(
      (await listBatches(database, one, 10)).map((batch) => [batch.tenant, batch.name]),
      [[one, 'mine']],
    );
  }
  assert.equal(await getBatch(database, 'red', 'blue', 'mine'), undefined);
  await markBatch(database, 'red', 'mine', 'PAUSED');
  await holdBatches(database);
  assert.equal((await getBatch(database, undefined, 'blue', 'mine'))?.files.PENDING, 1);
  assert.equal((await getBatch(database, undefined, 'red', 'mine'))?.files.PAUSED, 1);
});

test('a paused batch holds what waits, what comes, and what comes back; a resume lets all of it go', async () => {
  const batch = 'held';
  const [waits, returns, fails, falls, failed] = [
    await createFile(database, { batch }),
    await createFile(database, { batch }),
    await createFile(database, { batch }),
    await createFile(database, { batch }),
    await createFile(database, { batch }),
  ] as const;
  const [one, two, three, four] = [
    await claimFile(database, returns),
    await claimFile(database, fails),
    await claimFile(database, falls),
    await claimFile(database, failed),
  ];
  await pauseBatch(batch);
  assert.equal(await statusOf(waits), 'PAUSED');
  const comes = await createFile(database, { batch });
  await releaseFiles(database, [one]);
  await failAttempts(database, [failure(two, false), failure(four, true)]);
  await database.query({ text: `update files set lease_until = now() - interval '1 second' where id = $1` }, [
    three.id,
  ]);
  await expireLeases(database, 100);
  assert.equal(await statusOf(failed), 'FAILED');
  await retryFiles(database, [failed], 3, undefined);
  for (const id of [comes, returns, fails, falls, failed]) assert.equal(await statusOf(id), 'PAUSED', id);
  assert.equal((await getBatch(database, tenant, tenant, batch))?.paused, true);
  assert.deepEqual(await resumeFiles(database, [waits], undefined), ['BATCH_PAUSED']);
  await resumeBatch(batch);
  for (const id of [waits, comes, returns, fails, falls, failed]) assert.equal(await statusOf(id), 'PENDING', id);
  assert.equal((await getBatch(database, tenant, tenant, batch))?.paused, false);
  await makeDue(database, fails);
  assert.ok((await claimDueFiles(database, 100, claimant())).some(({ id }) => id === fails));
});

test('the reconciler finishes what a caller that died had begun', async () => {
  const batch = 'large';
  const files = Array.from({ length: 2_500 }, () => newFile({ batch }));
  for (let from = 0; from < files.length; from += 500) await createFiles(database, files.slice(from, from + 500), 3);
  await markBatch(database, tenant, batch, 'PAUSED');
  while (await holdBatches(database));
  assert.equal((await getBatch(database, tenant, tenant, batch))?.files.PAUSED, 2_500);
  await markBatch(database, tenant, batch, 'RESUMING');
  while (await holdBatches(database));
  assert.equal((await getBatch(database, tenant, tenant, batch))?.files.PENDING, 2_500);
  for (
    let ids = await unfinishedOfBatch(database, tenant, batch);
    ids.length > 0;
    ids = await unfinishedOfBatch(database, tenant, batch)
  )
    await cancelFiles(database, ids, undefined);
  assert.deepEqual((await getBatch(database, tenant, tenant, batch))?.errors, { cancelled: 2_500 });
});

/** Each makes a file of the batch wait, and answers with its id. */
const comings: Readonly<Record<string, (batch: string) => Promise<() => Promise<string>>>> = {
  'a create': async (batch) => async () => await createFile(database, { batch }),
  'a release': async (batch) => {
    const held = await claimFile(database, await createFile(database, { batch }));
    return async () => await releaseFiles(database, [held]).then(() => held.id);
  },
  'a failed attempt': async (batch) => {
    const held = await claimFile(database, await createFile(database, { batch }));
    return async () => await failAttempts(database, [failure(held, false)]).then(() => held.id);
  },
  'an expired lease': async (batch) => {
    const held = await claimFile(database, await createFile(database, { batch }));
    await letLeaseRunOut(database, held.id);
    return async () => await expireLeases(database, 100).then(() => held.id);
  },
  'a retry': async (batch) => {
    const held = await claimFile(database, await createFile(database, { batch }));
    await failAttempts(database, [failure(held, true)]);
    return async () => await retryFiles(database, [held.id], 3, undefined).then(() => held.id);
  },
};

for (const [coming, prepare] of Object.entries(comings))
  test(`${coming} waits for a hold that is being set, and keeps to it`, async () => {
    const batch = coming.replaceAll(' ', '-');
    await createFile(database, { batch });
    const come = await prepare(batch);
    const client = new pg.Client({ connectionString: opened.url });
    await client.connect();
    await client.query('begin');
    await client.query(`update batches set hold = 'PAUSED' where name = $1`, [batch]);
    const came = come();
    const isWaiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually('it waits', async () => (await database.query({ text: isWaiting })).length === 1);
    await client.query('commit');
    await client.end();
    assert.equal(await statusOf(await came), 'PAUSED');
  });

test('creates that meet a pause or a resume leave no file in the wrong state', async () => {
  const batch = 'raced';
  const ids: string[] = [await createFile(database, { batch })];
  const create = async () => {
    for (let n = 0; n < 40; n += 1) ids.push(await createFile(database, { batch }));
  };
  const toggle = async () => {
    for (let n = 0; n < 15; n += 1) await (n % 2 ? resumeBatch(batch) : pauseBatch(batch));
  };
  await Promise.all([create(), create(), toggle()]);
  const counts = (await getBatch(database, tenant, tenant, batch))?.files;
  assert.deepEqual([counts?.PENDING, counts?.PAUSED], [0, ids.length]);
  await resumeBatch(batch);
  assert.equal((await getBatch(database, tenant, tenant, batch))?.files.PENDING, ids.length);
});

test('whatever became of batches, all tables agree', async () => {
  assert.deepEqual(await database.query({ text: stateContradictions }), []);
});

import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { claimFile, createFile, finding, openDatabaseAlone } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { changesFromNow, forgetChanges, isCursor, readChanges } from './file-changes.ts';
import { deleteFiles, retryFiles } from './file-commands.ts';
import { saveResults } from './file-completion.ts';
import { failAttempts, releaseFiles } from './file-leases.ts';

let opened: Awaited<ReturnType<typeof openDatabaseAlone>>;
let database: Database;
before(async () => {
  // A transaction in any other database would hold changes back.
  opened = await openDatabaseAlone();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

/** Runs a change, and returns the files that the log has for it. */
async function changedBy(run: () => Promise<unknown>): Promise<readonly string[]> {
  const cursor = await changesFromNow(database);
  await run();
  const { ids, known } = await readChanges(database, cursor, 100);
  assert.ok(known);
  return ids;
}

test('every way in which a file changes is told of', async () => {
  let id = '';
  const created = await changedBy(async () => {
    id = await createFile(database);
  });
  assert.deepEqual(created, [id]);
  let lease = await claimFile(database, id);
  assert.deepEqual(await changedBy(() => releaseFiles(database, [lease])), [id]);
  const claimed = await changedBy(async () => {
    lease = await claimFile(database, id);
  });
  assert.deepEqual(claimed, [id]);
  const failure = { ...lease, errorCode: 'analyzer_error', errorMessage: 'x', permanent: true };
  assert.deepEqual(await changedBy(() => failAttempts(database, [failure])), [id]);
  assert.deepEqual(await changedBy(() => retryFiles(database, [id], 3, undefined)), [id]);
  lease = await claimFile(database, id);
  assert.deepEqual(await changedBy(() => saveResults(database, [finding(lease)])), [id]);
  assert.deepEqual(await changedBy(() => retryFiles(database, [id], 3, undefined)), []);
  assert.deepEqual(await changedBy(() => deleteFiles(database, [id], undefined)), [id]);
});

test('what a cursor is behind is durable', async () => {
  const ask = async <Row extends object>(text: string, values: readonly string[] = []) =>
    (await database.query<Row>({ text }, values))[0];
  const cursor = await changesFromNow(database);
  for (const give of [() => readChanges(database, cursor, 100), () => changesFromNow(database)]) {
    await claimFile(database, await createFile(database));
    const written = await ask<{ end: string }>('select pg_current_wal_insert_lsn() as end');
    await give();
    const found = await ask('select $1::pg_lsn <= pg_current_wal_flush_lsn() as durable', [written?.end ?? '']);
    assert.deepEqual(found, { durable: true });
  }
});

test('what commits late is told of late, and not skipped', async () => {
  const late = new pg.Client({ connectionString: opened.url });
  await late.connect();
  try {
    const start = await changesFromNow(database);
    const lateId = randomUUID();
    await late.query('begin');
    await late.query('insert into file_changes (ids) values (array[$1::uuid])', [lateId]);
    const id = await createFile(database);

    const before = await readChanges(database, start, 100);
    assert.deepEqual([before.ids, before.behind], [[], true], 'the later change waits for the one that began earlier');
    await late.query('commit');
    const then = await readChanges(database, before.cursor, 100);
    assert.deepEqual([new Set(then.ids), then.behind], [new Set([lateId, id]), false]);
    assert.deepEqual((await readChanges(database, then.cursor, 100)).ids, []);
  } finally {
    await late.end();
  }
});

test('a cursor whose changes were forgotten is not known any more, nor is one of another database', async () => {
  const old = await changesFromNow(database);
  await createFile(database);
  const kept = await changesFromNow(database);
  const id = await createFile(database);
  await forgetChanges(database, kept);
  const lost = await readChanges(database, old, 100);
  assert.deepEqual([lost.known, lost.ids], [false, []]);
  assert.deepEqual((await readChanges(database, kept, 100)).ids, [id]);
  await forgetChanges(database, old);
  assert.equal((await readChanges(database, old, 100)).known, false, 'what was forgotten stays so');
  assert.equal((await readChanges(database, String(BigInt(kept) + 1_000_000n), 100)).known, false);
});

test('after a crash, which empties the log, no earlier cursor is known', async () => {
  const cursor = await changesFromNow(database);
  await createFile(database);
  await database.query({ text: 'truncate file_changes, file_changes_kept' });
  assert.equal((await readChanges(database, cursor, 100)).known, false);
  assert.equal((await readChanges(database, cursor, 100)).known, false);
  const since = await changesFromNow(database);
  const id = await createFile(database);
  assert.deepEqual((await readChanges(database, since, 100)).ids, [id]);
});

test('as many ids are read as were asked for', async () => {
  const cursor = await changesFromNow(database);
  for (let n = 0; n < 5; n++) await createFile(database);
  assert.equal((await readChanges(database, cursor, 3)).ids.length, 3);
});

test('a cursor is a number of 64 bits', () => {
  assert.ok(isCursor('0') && isCursor('18446744073709551615'));
  for (const text of ['', '-1', '1.0', 'x', '18446744073709551616', randomUUIDv7()]) assert.ok(!isCursor(text), text);
});

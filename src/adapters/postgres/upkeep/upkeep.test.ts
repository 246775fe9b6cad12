import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { after, before, test } from 'node:test';
import { claimFile, createFile, finding, makeDue, newFile, openTestDatabase } from '#test/support/files.ts';
import { testDatabase } from '#test/support/stores.ts';
import type { Database } from '../database/database.ts';
import { migrate, migrationStatus } from '../database/migrate.ts';
import { deleteFiles } from '../files/file-commands.ts';
import { saveResults } from '../files/file-completion.ts';
import { createFiles } from '../files/file-creation.ts';
import { listFiles } from '../files/file-lists.ts';
import { takeDueRings } from '../files/file-rings.ts';
import { confirmDeletions, findBlobs, forgetConfirmedDeletions, moveBlobs, takeDeletions } from './blob-deletions.ts';
import { drainWorker, recordHeartbeat, workersAlive } from './workers.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

test('a worker is drained until its process ends, and says itself when it holds nothing', async () => {
  const usual = { name: 'drained', slots: 1, busy: 0, source: 'direct', dependencies: [], service: null, now: null };
  const [first, second] = [new Date(1_000), new Date(2_000)];
  const beat = (startedAt: Date, drained = false) => recordHeartbeat(database, { ...usual, startedAt, drained });
  const state = async () => (await workersAlive(database)).find(({ name }) => name === 'drained')?.state;
  assert.deepEqual([await beat(first), await state()], [false, 'WORKING']);
  await drainWorker(database, 'drained', true);
  assert.deepEqual([await state(), await beat(first), await state()], ['DRAINING', true, 'DRAINING']);
  assert.deepEqual([await beat(first, true), await state()], [true, 'DRAINED']);
  await drainWorker(database, 'drained', true);
  assert.equal(await state(), 'DRAINED');
  await drainWorker(database, 'drained', false);
  await drainWorker(database, 'drained', true);
  assert.equal(await state(), 'DRAINING');
  assert.deepEqual([await beat(second), await state()], [false, 'WORKING']);
});

test('a PENDING file is rung for when its ring is due, and then not again at once', async () => {
  const id = await createFile(database);
  assert.deepEqual((await takeDueRings(database, 100)).ids, []);
  await makeDue(database, id);
  assert.deepEqual((await takeDueRings(database, 100)).ids, [id]);
  assert.deepEqual((await takeDueRings(database, 100)).ids, []);
});

test('a long backlog is rung for bit by bit, and its end is told', async () => {
  await using other = await openTestDatabase();
  const ids = await Promise.all(Array.from({ length: 5 }, () => createFile(other.database)));
  for (const id of ids) await makeDue(other.database, id);
  ids.sort();
  const first = await takeDueRings(other.database, 2);
  assert.deepEqual(first, { ids: ids.slice(0, 2), next: ids[1] });
  assert.deepEqual(await takeDueRings(other.database, 9, first.next), { ids: ids.slice(2), next: undefined });
  assert.deepEqual(await takeDueRings(other.database, 9), { ids: [], next: undefined });
});

test('five reconcilers at once ring for each file once', async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, () => createFile(database)));
  for (const id of ids) await makeDue(database, id);
  const rung = (await Promise.all(Array.from({ length: 5 }, () => takeDueRings(database, 100)))).flatMap((due) =>
    // A file of another test may be due again.
    due.ids.filter((id) => ids.includes(id)),
  );
  assert.deepEqual(rung.sort(), ids.sort());
});

test('the bytes of a deleted file are handed out once a minute until confirmed', async () => {
  const blob = otherBlob();
  const { id, storageKey } = blob;
  await createFile(database, blob);
  assert.deepEqual(await deleteFiles(database, [id, id], undefined), [true, true]);
  assert.deepEqual(await findBlobs(database, [blob, otherBlob()]), [storageKey]);
  assert.deepEqual(await takeDeletions(database, 10), [storageKey]);
  assert.deepEqual(await takeDeletions(database, 10), []);
  await confirmDeletions(database, [storageKey]);
  assert.deepEqual(await findBlobs(database, [blob]), []);
  assert.deepEqual(await takeDeletions(database, 10), []);
  // A create whose answer was lost may still be repeated, although its bytes are gone.
  assert.equal((await createFiles(database, [newFile(blob)], 3))[0]?.outcome, 'REJECTED');
  await forgetConfirmedDeletions(database, 10);
  assert.equal((await createFiles(database, [newFile(blob)], 3))[0]?.outcome, 'REJECTED');
});

test('a confirmed deletion is forgotten once its key could not be registered any more', async () => {
  const old = '018cc251-f400-7000-8000-000000000001';
  const text = `insert into blob_deletions (storage_key, created_at) values ($1, now() - interval '3 hours')`;
  await database.query({ text }, [old]);
  await forgetConfirmedDeletions(database, 10);
  assert.deepEqual(await takeDeletions(database, 10), [old]);
  await confirmDeletions(database, [old]);
  await forgetConfirmedDeletions(database, 10);
  const rows = await database.query({ text: 'select from blob_deletions where storage_key = $1' }, [old]);
  assert.equal(rows.length, 0);
});

test('a row changes hands only from the key that was copied, and the old key is emptied ten minutes later', async () => {
  const blob = otherBlob();
  await createFile(database, blob);
  const copyKey = `${randomUUIDv7()}/64+1/00000000`;
  assert.deepEqual(await moveBlobs(database, [{ ...blob, storageKey: 'not this one', copyKey }]), []);
  assert.deepEqual(await moveBlobs(database, [{ ...blob, copyKey }]), [blob.id]);
  assert.deepEqual(await moveBlobs(database, [{ ...blob, copyKey }]), [], 'again');
  const known = [blob, { ...blob, storageKey: copyKey }];
  assert.deepEqual((await findBlobs(database, known)).sort(), known.map(({ storageKey }) => storageKey).sort());
  assert.deepEqual(await takeDeletions(database, 10), []);
  await database.query({ text: `update blob_deletions set taken_until = taken_until - interval '10 minutes'` });
  assert.deepEqual(await takeDeletions(database, 10), [blob.storageKey]);
  await confirmDeletions(database, [blob.storageKey]);
});

test('a file that is deleted by hand takes its result along', async () => {
  const file = await claimFile(database, await createFile(database));
  const { id } = file;
  assert.deepEqual(await saveResults(database, [finding(file)]), [{ outcome: 'SAVED' }]);
  await database.query({ text: 'delete from files where id = $1' }, [id]);
  assert.deepEqual(await database.query({ text: 'select from results where file_id = $1' }, [id]), []);
});

test('filters work alone and together', async () => {
  const id = await createFile(database, { filename: 'Quarterly Report.csv', mimeType: 'text/csv' });
  await claimFile(database, id);
  const filters = [
    { nameContains: 'REPORT' },
    { statuses: ['PROCESSING' as const], mimeType: 'text/csv' },
    {
      statuses: ['PROCESSING' as const, 'COMPLETED' as const],
      mimeType: 'text/*',
      nameContains: 'quarterly',
      createdFrom: new Date(Date.now() - 60_000),
      createdBefore: new Date(Date.now() + 60_000),
    },
  ];
  for (const filter of filters)
    assert.deepEqual(
      (await listFiles(database, undefined, filter, { limit: 10 })).files.map((file) => file.id),
      [id],
    );
  for (const filter of [
    { nameContains: 'REPORT', statuses: ['FAILED' as const] },
    { mimeType: 'image/*' },
    // The declared type, before there is a detected one.
    { mimeType: 'text/csv' },
    { sha256: 'no' },
    { errorCode: 'no' },
  ]) {
    assert.deepEqual((await listFiles(database, undefined, filter, { limit: 10 })).files, []);
  }
});

test('migrating an empty database by several at once applies each migration once', async () => {
  await using empty = await testDatabase({ migrated: false });
  assert((await migrationStatus(empty.url)).every(({ applied }) => !applied));
  const applied = (await Promise.all([migrate(empty.url), migrate(empty.url), migrate(empty.url)])).flat();
  const status = await migrationStatus(empty.url);
  assert.deepEqual(
    applied.sort(),
    status.map(({ name }) => name),
  );
  assert(status.every(({ applied }) => applied));
  assert.deepEqual(await migrate(empty.url), []);
});

function otherBlob() {
  const id = randomUUIDv7();
  return { id, storageKey: id };
}

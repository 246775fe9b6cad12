import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { claimFile, createFile, finding, letLeaseRunOut, makeDue, openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { getAttempts } from './attempts.ts';
import { saveResults } from './file-completion.ts';
import { expireLeases, failAttempts, releaseFiles } from './file-leases.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

async function fail(id: string): Promise<void> {
  const claimed = await claimFile(database, id);
  const error = { errorCode: 'analyzer_error', errorMessage: 'broken', permanent: false };
  await failAttempts(database, [{ ...claimed, ...error }]);
  await makeDue(database, id);
}

async function outcomes(...ids: string[]): Promise<(readonly [string, number, string, string | null])[]> {
  const attempts = await getAttempts(database, ids);
  return attempts.map(({ fileId, number, outcome, errorCode }) => [fileId, number, outcome, errorCode]);
}

it('an attempt that failed, a silence that was forgiven, and the attempt that completed the file, in this order', async () => {
  const id = await createFile(database);
  await fail(id);
  await claimFile(database, id);
  await letLeaseRunOut(database, id);
  await expireLeases(database, 10);
  await makeDue(database, id);
  const last = await claimFile(database, id);
  assert.deepEqual((await outcomes(id)).at(-1), [id, 2, 'RUNNING', null]);
  await saveResults(database, [finding(last)]);
  assert.deepEqual(await outcomes(id), [
    [id, 1, 'FAILED', 'analyzer_error'],
    [id, 2, 'EXPIRED', 'worker_crashed'],
    [id, 2, 'COMPLETED', null],
  ]);
  const [failed, , completed] = await getAttempts(database, [id]);
  assert.deepEqual([failed?.worker, failed?.errorMessage, completed?.worker], ['w', 'broken', 'w']);
  assert.ok(failed?.claimedAt && failed.endedAt && failed.claimedAt <= failed.endedAt);
  assert.ok(completed?.claimedAt && completed.endedAt && completed.claimedAt <= completed.endedAt);
});

it('a file that no worker has had, and a claim that was given back, have none', async () => {
  const [untouched, released] = [await createFile(database), await createFile(database)];
  await releaseFiles(database, [await claimFile(database, released)]);
  assert.deepEqual(await outcomes(untouched, released, crypto.randomUUID()), []);
});

it('several files answer in the order asked for', async () => {
  const [a, b] = [await createFile(database), await createFile(database)];
  await fail(a);
  await fail(b);
  assert.deepEqual(
    (await outcomes(b, a)).map(([id]) => id),
    [b, a],
  );
});

it('only the latest twenty of a file are told', async () => {
  const id = await createFile(database);
  await database.query({ text: 'update files set max_attempts = 25 where id = $1' }, [id]);
  for (let n = 0; n < 22; n++) await fail(id);
  assert.deepEqual(
    (await outcomes(id)).map(([, number]) => number),
    Array.from({ length: 20 }, (_, n) => n + 3),
  );
});

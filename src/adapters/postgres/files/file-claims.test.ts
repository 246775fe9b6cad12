import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createLogger } from '#platform/logger.ts';
import { eventually } from '#test/support/eventually.ts';
import { claimFile, createFile, letLeaseRunOut, makeDue, openTestDatabase } from '#test/support/files.ts';
import { stateContradictions } from '#test/support/state-contradictions.ts';
import { Database } from '../database/database.ts';
import { claimDueFiles, claimFiles, heldFiles } from './file-claims.ts';
import { expireLeases, failAttempts, releaseFiles, renewLeases } from './file-leases.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

const claimant = (leaseToken: string = randomUUID()) => ({ worker: 'w', leaseToken, leaseMs: 60_000 });

test('a file is claimed once, whoever asks and however often', async () => {
  const id = await createFile(database);
  const claims = (await Promise.all(Array.from({ length: 20 }, () => claimFiles(database, [id], claimant())))).flat();
  assert.deepEqual(
    claims.map((file) => file.id),
    [id],
  );
});

test('a repeated claim with the same token returns the same attempt', async () => {
  const id = await createFile(database);
  const me = claimant();
  const [first] = await claimFiles(database, [id], me);
  const [second] = await claimFiles(database, [id], me);
  assert(first !== undefined && second !== undefined);
  assert.deepEqual([second.attempt, second.leaseToken], [1, first.leaseToken]);
});

test('of the files that are named, those come that can be had', async () => {
  const [a, b] = [await createFile(database), await createFile(database)];
  await claimFile(database, a);
  const unknown = randomUUID();
  const claims = await claimFiles(database, [unknown, a, b], claimant());
  assert.deepEqual(
    claims.map(({ id }) => id),
    [b],
  );
});

test('due claims share the files between all who ask, and repeat for the same token', async () => {
  await claimDueFiles(database, 1_000, claimant());
  const ids = await Promise.all(Array.from({ length: 30 }, () => createFile(database)));
  const askers = Array.from({ length: 6 }, () => claimant());
  const claims = (await Promise.all(askers.map((asker) => claimDueFiles(database, 10, asker)))).flat();
  assert.deepEqual(claims.map(({ id }) => id).sort(), ids.sort());
  const first = askers.find(({ leaseToken }) => claims.some((file) => file.leaseToken === leaseToken));
  assert(first !== undefined);
  const held = claims.filter(({ leaseToken }) => leaseToken === first.leaseToken).map(({ id }) => id);
  await createFile(database);
  assert.deepEqual((await heldFiles(database, first.leaseToken)).map(({ id }) => id).sort(), held.sort());
});

test('renewing tells apart what is held, what is lost and what is gone', async () => {
  const file = await claimFile(database, await createFile(database));
  const lost = { id: file.id, leaseToken: randomUUID() };
  const gone = { id: randomUUID(), leaseToken: randomUUID() };
  assert.deepEqual(await renewLeases(database, [gone, file], 60_000), ['GONE', 'DONE']);
  assert.deepEqual(await renewLeases(database, [lost], 60_000), ['FENCED']);
});

test('a repeated failure is recorded once', async () => {
  const { id, leaseToken } = await claimFile(database, await createFile(database));
  const failed = { id, leaseToken, errorCode: 'analyzer_error', errorMessage: 'no', permanent: false };
  assert.deepEqual(await failAttempts(database, [failed]), ['DONE']);
  assert.deepEqual(await failAttempts(database, [failed]), ['DONE']);
  const rows = await database.query<{ count: number }>({ text: 'select count(*) from attempts where file_id = $1' }, [
    id,
  ]);
  assert.equal(rows[0]?.count, 1);
});

test('a repetition that claims a file anew, after its attempt ended, stops neither its end nor the reconciler', async () => {
  const id = await createFile(database);
  const me = claimant();
  for (const end of ['expired', 'failed', 'expired']) {
    await makeDue(database, id);
    const [claim] = await claimFiles(database, [id], me);
    assert(claim !== undefined, end);
    const failure = { ...claim, errorCode: 'analyzer_error', errorMessage: 'it broke', permanent: false };
    if (end === 'failed') assert.deepEqual(await failAttempts(database, [failure]), ['DONE']);
    else {
      await letLeaseRunOut(database, id);
      assert((await expireLeases(database, 1_000)).includes(id));
    }
  }
});

test('a claim that waited for the row does not take a file that was claimed and released meanwhile', async () => {
  const id = await createFile(database);
  const logger = createLogger('test', { level: 'silent', format: 'json' });
  await using other = new Database({ url: opened.url, poolSize: 1, logger });
  await other.query({ text: 'begin' });
  const held = await claimFiles(other, [id], claimant());
  const late = claimFiles(database, [id], claimant());
  await eventually('the second claim waits for the first', async () => {
    const waiting = await database.query({
      text: "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    });
    return waiting.length > 0;
  });
  assert.deepEqual(await releaseFiles(other, held), ['DONE']);
  await other.query({ text: 'commit' });
  assert.deepEqual(await late, []);
  assert.deepEqual(await database.query({ text: stateContradictions }), []);
  assert.equal((await claimFiles(database, [id], claimant())).length, 1);
});

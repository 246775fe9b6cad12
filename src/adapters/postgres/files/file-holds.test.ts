import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { FailedFile } from '#domain/file-events.ts';
import { claimFile, createFile, finding, makeDue, openTestDatabase } from '#test/support/files.ts';
import { stateContradictions } from '#test/support/state-contradictions.ts';
import type { Database } from '../database/database.ts';
import { getAttempts } from './attempts.ts';
import { claimDueFiles, claimFiles } from './file-claims.ts';
import { retryFiles } from './file-commands.ts';
import { saveResults } from './file-completion.ts';
import { cancelFiles, pauseFiles, resumeFiles } from './file-holds.ts';
import { failAttempts, renewLeases } from './file-leases.ts';
import { getFiles } from './file-queries.ts';
import { takeDueRings } from './file-rings.ts';
import { fileStats } from './stats.ts';
import { waitingQueues } from './waiting-queues.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

const claimant = () => ({ worker: 'v', leaseToken: randomUUID(), leaseMs: 60_000 });
const by = { kind: 'token', id: 'id', name: 'ops', address: '::1', requestId: 'r' } as const;

test('a PAUSED file is no backlog: it is neither claimed, rung for, nor counted as waiting', async () => {
  const id = await createFile(database, { tenant: 'held' });
  await makeDue(database, id);
  assert.deepEqual(await pauseFiles(database, [id], undefined), ['PAUSED']);
  assert.deepEqual(await claimFiles(database, [id], claimant()), []);
  assert.deepEqual(await claimDueFiles(database, 10, claimant()), []);
  assert.deepEqual((await takeDueRings(database, 10)).ids, []);
  assert.deepEqual((await waitingQueues(database, { INTERACTIVE: '', PENDING: '', BULK: '' }, 10)).queues, []);
  const { oldestPendingSeconds, statuses } = await fileStats(database);
  assert.equal(oldestPendingSeconds, 0);
  assert.deepEqual(
    statuses.map(({ status, files }) => [status, files]),
    [['PAUSED', 1]],
  );
  assert.deepEqual(await resumeFiles(database, [id], undefined), ['RESUMED']);
  assert.deepEqual((await takeDueRings(database, 10)).ids, [id]);
  await claimFile(database, id);
});

test('how long a file was held back is no wait', async () => {
  const id = await createFile(database);
  await database.query({ text: `update files set run_after = now() - interval '1 day' where id = $1` }, [id]);
  await pauseFiles(database, [id], undefined);
  await resumeFiles(database, [id], undefined);
  assert.ok((await fileStats(database)).oldestPendingSeconds < 3_600);
  await claimFile(database, id);
});

test('each command may be repeated, and tells what is', async () => {
  const [waiting, running] = [await createFile(database), await createFile(database)];
  await claimFile(database, running);
  const ids = [waiting, running, randomUUID()];
  for (const _ of [1, 2])
    assert.deepEqual(await pauseFiles(database, ids, undefined), ['PAUSED', 'NOT_PENDING', 'NOT_FOUND']);
  for (const _ of [1, 2])
    assert.deepEqual(await resumeFiles(database, ids, undefined), ['RESUMED', 'NOT_PAUSED', 'NOT_FOUND']);
  for (const _ of [1, 2])
    assert.deepEqual(await cancelFiles(database, ids, undefined), ['CANCELLED', 'CANCELLED', 'NOT_FOUND']);
});

test('a cancelled file is FAILED at once: what its worker found is dropped, and a retry runs it again', async () => {
  const id = await createFile(database);
  const held = await claimFile(database, id);
  const told: FailedFile[] = [];
  await cancelFiles(database, [id], undefined, { by, events: { failed: (files) => told.push(...files) } });
  assert.deepEqual(
    told.map((file) => [file.id, file.errorCode, file.status]),
    [[id, 'cancelled', 'FAILED']],
  );
  assert.deepEqual(await renewLeases(database, [held], 60_000), ['FENCED']);
  assert.deepEqual(await saveResults(database, [finding(held)]), [{ outcome: 'FENCED' }]);
  const late = { ...held, errorCode: 'analyzer_error', errorMessage: 'late', permanent: true };
  await failAttempts(database, [late]);
  const file = (await getFiles(database, [id])).get(id);
  assert.deepEqual([file?.status, file?.errorCode], ['FAILED', 'cancelled']);
  assert.match(file?.errorMessage ?? '', /attempt 1, on worker w/);
  const [attempt] = await getAttempts(database, [id]);
  assert.deepEqual([attempt?.outcome, attempt?.errorCode], ['FAILED', 'cancelled']);
  await retryFiles(database, [id], 3, undefined);
  assert.equal((await claimFile(database, id)).attempt, 2);
});

test('each command is recorded in the audit, once for each file that it changed', async () => {
  const id = await createFile(database);
  for (const _ of [1, 2]) await pauseFiles(database, [id], undefined, by);
  await resumeFiles(database, [id], undefined, by);
  await cancelFiles(database, [id], undefined, { by });
  const rows = await database.query<{ action: string }>(
    { text: 'select action from audit where object = $1 order by id' },
    [id],
  );
  assert.deepEqual(
    rows.map(({ action }) => action),
    ['pause', 'resume', 'cancel'],
  );
});

test('the files of another tenant do not exist', async () => {
  const id = await createFile(database, { tenant: 'red' });
  assert.deepEqual(await pauseFiles(database, [id], 'blue'), ['NOT_FOUND']);
  assert.deepEqual(await cancelFiles(database, [id], 'blue'), ['NOT_FOUND']);
  assert.equal((await getFiles(database, [id])).get(id)?.status, 'PENDING');
  assert.deepEqual(await pauseFiles(database, [id], 'red'), ['PAUSED']);
  assert.deepEqual(await resumeFiles(database, [id], 'blue'), ['NOT_FOUND']);
});

test('whatever was held, resumed and cancelled, all tables agree', async () => {
  assert.deepEqual(await database.query({ text: stateContradictions }), []);
});

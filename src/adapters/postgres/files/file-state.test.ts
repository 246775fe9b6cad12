import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type FileStatus, fileStatuses, type Transition, transitions } from '#domain/file-state.ts';
import { claimFile, createFile, finding, letLeaseRunOut, makeDue, openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { claimFiles } from './file-claims.ts';
import { retryFiles } from './file-commands.ts';
import { saveResults } from './file-completion.ts';
import { cancelFiles, pauseFiles, resumeFiles } from './file-holds.ts';
import { expireLeases, failAttempts, releaseFiles, renewLeases } from './file-leases.ts';
import { getFiles } from './file-queries.ts';

/** Tries every arrow of the state machine, and every arrow that is missing. */

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

/** Brings a new file into a state; the token is the latest valid one. */
const arrive: Record<FileStatus, () => Promise<{ id: string; leaseToken: string }>> = {
  PENDING: async () => ({ id: await createFile(database), leaseToken: randomUUID() }),
  PAUSED: async () => {
    const id = await createFile(database);
    await pauseFiles(database, [id], undefined);
    return { id, leaseToken: randomUUID() };
  },
  PROCESSING: async () => claimFile(database, await createFile(database)),
  COMPLETED: async () => {
    const file = await claimFile(database, await createFile(database));
    await saveResults(database, [finding(file)]);
    return file;
  },
  FAILED: async () => {
    const file = await claimFile(database, await createFile(database));
    await failAttempts(database, [failure(file, { permanent: true })]);
    return file;
  },
};

/** Tries a transition, and returns whether the database made it. */
const attempt: Record<Transition, (file: { id: string; leaseToken: string }) => Promise<boolean>> = {
  claim: async ({ id }) => {
    const [claim] = await claimFiles(database, [id], { worker: 'v', leaseToken: randomUUID(), leaseMs: 60_000 });
    return claim !== undefined;
  },
  save: async ({ id, leaseToken }) => {
    const [saved] = await saveResults(database, [finding({ id, leaseToken } as never)]);
    return saved?.outcome === 'SAVED';
  },
  fail: async (file) =>
    (await failAttempts(database, [failure(file)]))[0] === 'DONE' && (await statusOf(file.id)) === 'PENDING',
  release: async (file) => (await releaseFiles(database, [file]))[0] === 'DONE',
  expire: async ({ id }) => {
    await letLeaseRunOut(database, id);
    return (await expireLeases(database, 1_000)).includes(id);
  },
  retry: async ({ id }) => (await retryFiles(database, [id], 3, undefined))[0] === 'RETRIED',
  pause: async ({ id }) => changesState(id, () => pauseFiles(database, [id], undefined)),
  resume: async ({ id }) => changesState(id, () => resumeFiles(database, [id], undefined)),
  cancel: async ({ id }) => changesState(id, () => cancelFiles(database, [id], undefined)),
};

for (const [name, { from, to }] of Object.entries(transitions) as [Transition, (typeof transitions)[Transition]][]) {
  for (const status of fileStatuses) {
    test(`${name} on ${status} ${from.includes(status) ? `leads to ${to[0]}` : 'changes nothing'}`, async () => {
      const file = await arrive[status]();
      const happened = await attempt[name](file);
      assert.equal(happened, from.includes(status));
      assert.equal(await statusOf(file.id), happened ? to[0] : status);
    });
  }
}

test('the last attempt that fails makes the file FAILED, with its reason', async () => {
  const id = await createFile(database);
  for (const expected of ['PENDING', 'PENDING', 'FAILED']) {
    await makeDue(database, id);
    await failAttempts(database, [failure(await claimFile(database, id))]);
    assert.equal(await statusOf(id), expected);
  }
  const file = (await getFiles(database, [id])).get(id);
  assert.deepEqual([file?.attempt, file?.errorCode, file?.errorMessage], [3, 'analyzer_error', 'it broke']);
});

test('a lease that runs out is not counted as an attempt: the file runs alone from then on', async () => {
  const id = await createFile(database);
  assert.deepEqual([(await claimFile(database, id)).alone, await silence(id)], [false, 'PENDING']);
  const again = await claimFile(database, id);
  assert.deepEqual([again.alone, again.attempt], [true, 1]);
});

test('silences are forgiven ten times, then the file is FAILED with worker_crashed; a retry forgives again', async () => {
  const id = await createFile(database);
  const walk = async () => {
    const outcomes = [];
    do {
      await makeDue(database, id);
      await claimFile(database, id);
      outcomes.push(await silence(id));
    } while (outcomes.at(-1) === 'PENDING');
    return outcomes.length;
  };
  assert.equal(await walk(), 10);
  const file = (await getFiles(database, [id])).get(id);
  assert.deepEqual([file?.attempt, file?.errorCode], [0, 'worker_crashed']);
  assert.match(file?.errorMessage ?? '', /10 of 10 times/);
  await retryFiles(database, [id], 3, undefined);
  assert.equal((await claimFile(database, id)).alone, true);
  await silence(id);
  assert.equal(await walk(), 8);
});

test('the last attempt that falls silent alone makes the file FAILED with worker_crashed', async () => {
  const id = await createFile(database);
  await claimFile(database, id);
  await silence(id);
  for (const expected of ['PENDING', 'PENDING', 'FAILED']) {
    await makeDue(database, id);
    const file = await claimFile(database, id);
    assert.deepEqual(await renewLeases(database, [file], 60_000, true), ['DONE']);
    assert.deepEqual(await renewLeases(database, [file], 60_000), ['DONE']);
    assert.equal(await silence(id), expected);
  }
  const file = (await getFiles(database, [id])).get(id);
  assert.deepEqual([file?.attempt, file?.errorCode], [3, 'worker_crashed']);
  assert.match(file?.errorMessage ?? '', /attempt 3, which ran alone/);
});

test('a lease is longer, at each renewal, once the file runs alone', async () => {
  const id = await createFile(database);
  const file = await claimFile(database, id);
  const renewedFor = async (begunAlone: boolean) => {
    assert.deepEqual(await renewLeases(database, [file], 60_000, begunAlone), ['DONE']);
    const text = `select lease_until > now() + interval '2 minutes' as longer from files where id = $1`;
    return (await database.query<{ longer: boolean }>({ text }, [id]))[0]?.longer;
  };
  assert.deepEqual([await renewedFor(false), await renewedFor(true), await renewedFor(false)], [false, true, true]);
});

test('a claim that followed one that ran alone is not counted before it begins', async () => {
  const id = await createFile(database);
  await renewLeases(database, [await claimFile(database, id)], 60_000, true);
  await silence(id);
  await makeDue(database, id);
  assert.equal((await claimFile(database, id)).attempt, 2);
  await silence(id);
  await makeDue(database, id);
  assert.equal((await claimFile(database, id)).attempt, 2);
});

test('a failed attempt waits before the next claim', async () => {
  const id = await createFile(database);
  await failAttempts(database, [failure(await claimFile(database, id))]);
  await database.query({ text: `update files set run_after = now() + interval '1 second' where id = $1` }, [id]);
  assert.equal(await attempt.claim({ id, leaseToken: '' }), false);
});

test('a retry raises the bound; the count of attempts goes on', async () => {
  const { id } = await arrive.FAILED();
  await retryFiles(database, [id], 3, undefined);
  const file = (await getFiles(database, [id])).get(id);
  assert.deepEqual([file?.attempt, file?.maxAttempts, file?.errorCode], [1, 4, null]);
  assert.equal((await claimFile(database, id)).attempt, 2);
});

test('a release refunds its attempt', async () => {
  const file = await arrive.PROCESSING();
  await releaseFiles(database, [file]);
  assert.equal((await claimFile(database, file.id)).attempt, 1);
});

/** Commands that may be repeated answer with what is, not with what they did. */
async function changesState(id: string, command: () => Promise<unknown>): Promise<boolean> {
  const before = await statusOf(id);
  await command();
  return before !== (await statusOf(id));
}

function failure(file: { id: string; leaseToken: string }, { permanent = false } = {}) {
  return { id: file.id, leaseToken: file.leaseToken, errorCode: 'analyzer_error', errorMessage: 'it broke', permanent };
}

/** Lets the lease of the worker that holds the file expire. */
async function silence(id: string): Promise<FileStatus | undefined> {
  await letLeaseRunOut(database, id);
  await expireLeases(database, 1_000);
  return await statusOf(id);
}

async function statusOf(id: string): Promise<FileStatus | undefined> {
  return (await getFiles(database, [id])).get(id)?.status;
}

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { holdBatches, markBatch } from '#adapters/postgres/batches/batch-holds.ts';
import { setBatchPriority } from '#adapters/postgres/batches/batch-priority.ts';
import { getBatch } from '#adapters/postgres/batches/batches.ts';
import { holdTenants, markTenant, unfinishedOfTenant } from '#adapters/postgres/batches/tenant-holds.ts';
import type { Database } from '#adapters/postgres/database/database.ts';
import { claimFiles } from '#adapters/postgres/files/file-claims.ts';
import { deleteFiles, retryFiles } from '#adapters/postgres/files/file-commands.ts';
import { cancelFiles, pauseFiles, resumeFiles } from '#adapters/postgres/files/file-holds.ts';
import { expireLeases, failAttempts, releaseFiles } from '#adapters/postgres/files/file-leases.ts';
import { listFiles } from '#adapters/postgres/files/file-lists.ts';
import { getFiles } from '#adapters/postgres/files/file-queries.ts';
import { takeDueRings } from '#adapters/postgres/files/file-rings.ts';
import { fileStats } from '#adapters/postgres/files/stats.ts';
import { type Priority, priorities } from '#domain/priority.ts';
import { claimFile, createFile, letLeaseRunOut, makeDue, openTestDatabase } from '#test/support/files.ts';
import { stateContradictions } from '#test/support/state-contradictions.ts';
import { FairClaims } from './fair-claims.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());
beforeEach(() =>
  database.query({
    text: 'truncate files, file_states, file_counts, claims, batches, batch_counts, tenant_holds cascade',
  }),
);

const claimant = () => ({ worker: 'w', leaseToken: randomUUID(), leaseMs: 60_000 });
const fieldOf = async <Field extends 'status' | 'priority'>(id: string, field: Field) =>
  (await getFiles(database, [id])).get(id)?.[field];
const agrees = async () => assert.deepEqual(await database.query({ text: stateContradictions }), []);
const fail = async (id: string, permanent: boolean) => {
  const { leaseToken } = await claimFile(database, id);
  await failAttempts(database, [{ id, leaseToken, errorCode: 'analyzer_error', errorMessage: 'no', permanent }]);
};

/** Each way in which a file becomes PENDING again, and is listed under its priority. */
const returns: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  'a failed attempt': (id) => fail(id, false),
  'a release': async (id) => await releaseFiles(database, [await claimFile(database, id)]),
  'a lease that ran out': async (id) => {
    await claimFile(database, id);
    await letLeaseRunOut(database, id);
    await expireLeases(database, 10);
  },
  'a retry': async (id) => {
    await fail(id, true);
    await retryFiles(database, [id], 3, undefined);
  },
  'a pause and a resume': async (id) => {
    await pauseFiles(database, [id], undefined);
    await resumeFiles(database, [id], undefined);
  },
};

for (const priority of priorities)
  describe(`A file with the priority ${priority}`, () => {
    for (const [what, comesBack] of Object.entries(returns))
      it(`waits with it after ${what}`, async () => {
        const id = await createFile(database, { priority });
        await comesBack(id);
        await agrees();
        assert.equal((await fieldOf(id, 'priority')) ?? 'normal', priority);
        await makeDue(database, id);
        assert.deepEqual((await takeDueRings(database, 10)).ids, [id]);
        const { files } = await listFiles(database, undefined, { statuses: ['PENDING'] }, { limit: 10 });
        assert.deepEqual(
          files.map((file) => file.id),
          [id],
        );
        await database.query({ text: `update files set run_after = now() - interval '1 minute'` });
        assert.ok((await fileStats(database)).oldestPendingSeconds >= 60);
        assert.equal((await new FairClaims(database).due(10, claimant(), false)).length, 1);
        await agrees();
      });

    for (const [what, end] of [
      ['cancelled', (id: string) => cancelFiles(database, [id], undefined)],
      ['deleted', (id: string) => deleteFiles(database, [id], undefined)],
    ] as const)
      it(`leaves nothing behind when it is ${what}`, async () => {
        await end(await createFile(database, { priority, batch: 'b' }));
        await agrees();
      });
  });

const given: readonly [own: Priority | null, ofBatch: Priority | undefined, result: Priority][] = [
  [null, undefined, 'normal'],
  [null, 'bulk', 'bulk'],
  ['normal', 'bulk', 'normal'],
  ['interactive', 'bulk', 'interactive'],
  ['bulk', undefined, 'bulk'],
];

describe('A file of a batch', () => {
  for (const [own, ofBatch, result] of given)
    it(`that says ${own ?? 'nothing'} in a batch of ${ofBatch ?? 'nothing'} is ${result}`, async () => {
      if (ofBatch !== undefined) await setBatchPriority(database, 'default', 'b', ofBatch);
      const id = await createFile(database, { batch: 'b', priority: own });
      assert.equal((await fieldOf(id, 'priority')) ?? 'normal', result);
      await agrees();
    });

  it('follows the priority of its batch while it waits, and others do not', async () => {
    const [mine, others] = [await createFile(database, { batch: 'b' }), await createFile(database)];
    for (const priority of ['bulk', 'interactive', 'normal', 'bulk'] as const) {
      assert.equal(await setBatchPriority(database, 'default', 'b', priority), false);
      assert.equal((await fieldOf(mine, 'priority')) ?? 'normal', priority);
      await agrees();
    }
    assert.equal(await fieldOf(others, 'priority'), null);
    const found = await getBatch(database, undefined, 'default', 'b');
    assert.deepEqual([found?.priority, found?.files.PENDING], ['bulk', 1]);
    await markBatch(database, 'default', 'b', 'PAUSED');
    await holdBatches(database);
    assert.equal(await fieldOf(mine, 'status'), 'PAUSED');
    await agrees();
  });
});

describe('A paused tenant', () => {
  it('has its files passed over at once, by name and when due, and those that come later', async () => {
    const [held, free] = [
      await createFile(database, { tenant: 'red' }),
      await createFile(database, { tenant: 'blue' }),
    ];
    await markTenant(database, 'red', 'PAUSED');
    const late = await createFile(database, { tenant: 'red', priority: 'interactive' });
    const claims = new FairClaims(database);
    assert.deepEqual(
      (await claims.named([held, late], claimant())).map(({ id }) => id),
      [free],
    );
    assert.deepEqual(await claims.due(10, claimant(), false), []);
    assert.equal(await holdTenants(database), false);
    assert.deepEqual([await fieldOf(held, 'status'), await fieldOf(late, 'status')], ['PAUSED', 'PAUSED']);
    await agrees();
    await markTenant(database, 'red', 'RESUMING');
    await holdTenants(database, 'red');
    assert.deepEqual((await claimFiles(database, [held, late], claimant())).length, 2);
    assert.deepEqual(await database.query({ text: 'select from tenant_holds' }), []);
    await agrees();
  });

  it('keeps the files of its paused batches when it is resumed', async () => {
    const [own, ofBatch] = [await createFile(database), await createFile(database, { batch: 'b' })];
    await markBatch(database, 'default', 'b', 'PAUSED');
    await markTenant(database, 'default', 'PAUSED');
    await holdTenants(database);
    await markTenant(database, 'default', 'RESUMING');
    await holdTenants(database);
    assert.deepEqual([await fieldOf(own, 'status'), await fieldOf(ofBatch, 'status')], ['PENDING', 'PAUSED']);
    assert.deepEqual(await database.query({ text: 'select from tenant_holds' }), []);
  });

  it('has unfinished files in every state but the ends', async () => {
    const waiting = await createFile(database, { priority: 'bulk' });
    const paused = await createFile(database);
    const running = await createFile(database);
    await createFile(database, { tenant: 'blue' });
    await pauseFiles(database, [paused], undefined);
    await claimFile(database, running);
    assert.deepEqual((await unfinishedOfTenant(database, 'default')).sort(), [waiting, paused, running].sort());
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { NewFile } from '#domain/file.ts';
import type { Quota } from '#domain/quota.ts';
import { newFile, openTestDatabase } from '#test/support/files.ts';
import { deleteFiles } from '../files/file-commands.ts';
import { createFiles } from '../files/file-creation.ts';
import { heldBy, heldByTenants, readQuotas, setQuota } from './tenants.ts';

describe('the quota of a tenant', () => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;
  before(async () => {
    opened = await openTestDatabase();
  });
  after(() => opened[Symbol.asyncDispose]());

  const quotas: Record<string, Quota> = {
    few: { maxFiles: 10 },
    small: { maxBytes: 100 },
    both: { maxFiles: 2, maxBytes: 100 },
    none: { maxFiles: 0 },
  };
  const create = async (...files: Partial<NewFile>[]) => {
    const outcomes = await createFiles(opened.database, files.map(newFile), 3, (tenant) => quotas[tenant]);
    return outcomes.map(({ outcome }) => outcome);
  };
  const held = (tenant: string) => heldBy(opened.database, tenant);
  const [yes, no] = ['CREATED', 'QUOTA_EXCEEDED'] as const;

  it('is exact while 50 batches come at once, and others are not affected', async () => {
    const batch = () => create({ tenant: 'few' }, { tenant: 'free' }, { tenant: 'few' });
    const outcomes = (await Promise.all(Array.from({ length: 50 }, batch))).flat();
    assert.equal(outcomes.filter((outcome) => outcome === no).length, 90);
    assert.deepEqual(
      [await held('few'), await held('free')].map(({ files }) => files),
      [10, 50],
    );
  });

  it('counts bytes, and lets smaller files in after one that is too large', async () => {
    const sizes = [60, 50, 40, 1].map((size) => ({ tenant: 'small', size }));
    assert.deepEqual(await create(...sizes), [yes, no, yes, no]);
    assert.deepEqual(await held('small'), { files: 2, bytes: 100, paused: false });
  });

  it('holds for files and bytes at once, and for nothing at all', async () => {
    const both = [99, 2, 1, 0].map((size) => ({ tenant: 'both', size }));
    assert.deepEqual(await create(...both, { tenant: 'none', size: 0 }), [yes, no, yes, no, no]);
  });

  it('is freed by deletions, and a repeated create needs no more room', async () => {
    const [one, two] = [newFile({ tenant: 'few2' }), newFile({ tenant: 'few2', idempotencyKey: 'two' })];
    quotas.few2 = { maxFiles: 2 };
    assert.deepEqual(await create(one, two), [yes, yes]);
    assert.deepEqual(await create(one, { ...two, id: newFile().id }, { tenant: 'few2' }), [yes, 'DUPLICATE', no]);
    await deleteFiles(opened.database, [one.id], undefined);
    assert.deepEqual(await create({ tenant: 'few2' }, { tenant: 'few2' }), [yes, no]);
  });

  it('is set, replaced and forgotten', async () => {
    const { database } = opened;
    await setQuota(database, 'red', { maxFiles: 1, maxBytes: 2, maxUploads: 3, maxRequestsPerMinute: 4 });
    assert.deepEqual((await readQuotas(database)).get('red')?.maxRequestsPerMinute, 4);
    await setQuota(database, 'red', { maxUploads: 0 });
    assert.deepEqual((await readQuotas(database)).get('red'), { maxUploads: 0 });
    assert.deepEqual(
      (await heldByTenants(database)).find(({ name }) => name === 'red'),
      { name: 'red', files: 0, bytes: 0, paused: false },
    );
    await setQuota(database, 'red', undefined);
    assert.equal((await readQuotas(database)).has('red'), false);
  });
});

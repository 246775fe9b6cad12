import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Database } from '#adapters/postgres/database/database.ts';
import { createFiles } from '#adapters/postgres/files/file-creation.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { newFile, openTestDatabase } from '#test/support/files.ts';
import { stateContradictions } from '#test/support/state-contradictions.ts';
import { FairClaims } from './fair-claims.ts';

const batch = 100;

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());
beforeEach(() => database.query({ text: 'truncate files cascade' }).then(() => forgetStates()));

async function forgetStates(): Promise<void> {
  await database.query({ text: 'truncate file_states, file_counts, claims' });
}

async function create(tenant: string, files: number): Promise<string[]> {
  const made = Array.from({ length: files }, () => newFile({ tenant, id: randomUUIDv7() }));
  for (let n = 0; n < files; n += 1_000) await createFiles(database, made.slice(n, n + 1_000), 3);
  return made.map(({ id }) => id);
}

const claimant = () => ({ worker: 'w', leaseToken: randomUUID(), leaseMs: 60_000 });

function tenantsOf(files: readonly ClaimedFile[], own: readonly string[]): { own: number; other: number } {
  const mine = files.filter(({ id }) => own.includes(id)).length;
  return { own: mine, other: files.length - mine };
}

describe('While a tenant has 20,000 files waiting, ten files of another', () => {
  it('are claimed at once by a worker that asks for what is due', async () => {
    await create('large', 20_000);
    const own = await create('small', 10);
    const claims = new FairClaims(database);
    const files = await claims.due(batch, claimant(), false);
    assert.deepEqual(tenantsOf(files, own), { own: 10, other: batch - 10 });
  });

  it('are claimed by the first worker that a ring for the other tenant wakes', async () => {
    const rung = await create('large', 20_000);
    const own = await create('small', 10);
    const claims = new FairClaims(database);
    const claimed = tenantsOf(await claims.named(rung.slice(0, batch), claimant()), own);
    // Some that were named are also the oldest, which are claimed first.
    assert.equal(claimed.own, 10);
    assert.ok(claimed.other >= batch / 2 && claimed.other <= batch - 10, `${claimed.other} of the other tenant`);
    assert.deepEqual(await database.query({ text: stateContradictions }), []);
  });
});

it('a call that is repeated gets what it has claimed, and no more', async () => {
  const rung = await create('large', 1_000);
  await create('small', 10);
  const claims = new FairClaims(database);
  const first = claimant();
  const ids = (files: readonly ClaimedFile[]) => files.map(({ id }) => id).sort();
  const named = ids(await claims.named(rung.slice(0, batch), first));
  assert.deepEqual(ids(await claims.named(rung.slice(0, batch), first)), named);
  const second = claimant();
  const due = ids(await claims.due(batch, second, false));
  assert.deepEqual(ids(await claims.due(batch, second, true)), due);
});

it('a tenant alone gets what was named, and nothing else', async () => {
  const rung = (await create('only', 300)).slice(100, 200);
  const files = await new FairClaims(database).named(rung, claimant());
  assert.deepEqual(files.map(({ id }) => id).sort(), rung.sort());
});

it('more tenants than files take turns', async () => {
  const names = Array.from({ length: 25 }, (_, n) => `tenant-${String(n).padStart(2, '0')}`);
  const owners = new Map<string, string>();
  for (const tenant of names) for (const id of await create(tenant, 3)) owners.set(id, tenant);
  const claims = new FairClaims(database);
  const served: string[] = [];
  for (let round = 0; round < 5; round++)
    served.push(...(await claims.due(5, claimant(), false)).map(({ id }) => owners.get(id) ?? ''));
  assert.deepEqual(served.sort(), names);
});

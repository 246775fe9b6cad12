import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '#adapters/postgres/database/database.ts';
import { createFiles } from '#adapters/postgres/files/file-creation.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { type Priority, priorities } from '#domain/priority.ts';
import { newFile, openTestDatabase } from '#test/support/files.ts';
import { stateContradictions } from '#test/support/state-contradictions.ts';
import { FairClaims, listTtlMs } from './fair-claims.ts';

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

async function create(tenant: string, files: number, priority: Priority | null = null): Promise<string[]> {
  const made = Array.from({ length: files }, () => newFile({ tenant, id: randomUUIDv7(), priority }));
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

describe('While thousands of each priority wait, the files of a claim', () => {
  const sharesOf = async (ways: 'due' | 'named', places: number, claims: number) => {
    const owners = new Map<string, Priority>();
    for (const priority of priorities.toReversed())
      for (const id of await create('one', 2_000, priority)) owners.set(id, priority);
    const rung = [...owners.keys()];
    const fair = new FairClaims(database);
    const had: Record<Priority, number> = { interactive: 0, normal: 0, bulk: 0 };
    for (let n = 0; n < claims; n += 1) {
      const named = rung.slice(n * places, (n + 1) * places);
      const files = ways === 'due' ? await fair.due(places, claimant(), false) : await fair.named(named, claimant());
      for (const { id } of files) had[owners.get(id) ?? 'normal'] += 1;
    }
    assert.deepEqual(await database.query({ text: stateContradictions }), []);
    return had;
  };

  for (const [ways, places, claims] of [
    ['due', 210, 2],
    ['due', 1, 21],
    ['named', 210, 2],
    ['named', 21, 5],
  ] as const)
    it(`are shared by weight, bulk among them: ${ways}, ${places} at once`, async () => {
      const had = await sharesOf(ways, places, claims);
      const whole = (places * claims) / 21;
      assert.deepEqual(had, { interactive: 16 * whole, normal: 4 * whole, bulk: whole });
    });
});

it('interactive files come first, also those of a tenant whose bulk files wait by the thousand', async () => {
  const rung = await create('one', 5_000, 'bulk');
  const own = await create('one', 10, 'interactive');
  const files = await new FairClaims(database).named(rung.slice(0, batch), claimant());
  assert.deepEqual(tenantsOf(files, own), { own: 10, other: batch - 10 });
});

it('a worker that is woken in vain takes what waits elsewhere', async () => {
  const done = await create('one', 5);
  const claims = new FairClaims(database);
  await claims.named(done, claimant());
  const bulk = await create('one', 5, 'bulk');
  await delay(listTtlMs);
  const files = await claims.named(done, claimant());
  assert.deepEqual(files.map(({ id }) => id).sort(), bulk.sort());
});

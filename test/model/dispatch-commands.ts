import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { claimDueFiles, claimFiles, heldFiles } from '#adapters/postgres/files/file-claims.ts';
import { expireLeases } from '#adapters/postgres/files/file-leases.ts';
import { takeDueRings } from '#adapters/postgres/files/file-rings.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { maxSilences } from '#domain/retry-policy.ts';
import { command, pick, picked, pickedFiles, picks } from './command.ts';
import { claim, expire, holds, isClaimable, type Model } from './model.ts';
import { leaseMs, type World } from './world.ts';

export const claimant = (leaseToken: string) => ({ worker: 'w', leaseToken, leaseMs });

const claimNamed = command('claim', picks, async (indices, model, world) => {
  const ids = pickedFiles(model, indices).map(({ id }) => id);
  await claimAndCompare(model, world, { token: randomUUID(), ids });
});

/** A claim whose answer was lost, or that arrives a second time, much later. */
const claimAgain = command(
  'claimAgain',
  pick,
  async (index, model, world) => await claimAndCompare(model, world, picked(model.claims, index)),
  (model) => model.claims.length > 0,
);

const claimDue = command('claimDue', fc.integer({ min: 1, max: 3 }), async (max, model, { database }) => {
  const token = randomUUID();
  const claimable = new Set([...model.living.values()].filter(isClaimable));
  const claimed = await claimDueFiles(database, max, claimant(token));
  assert.equal(claimed.length, Math.min(max, claimable.size));
  for (const { id, attempt, alone } of claimed) {
    const file = model.living.get(id);
    assert(file !== undefined && claimable.delete(file), `${id} was not claimable, or claimed twice`);
    claim(file, token);
    assert.deepEqual([attempt, alone], [file.attempt, file.silences > 0]);
  }
  const held = [...model.living.values()].filter((file) => holds(file, token)).map(({ id }) => id);
  const again = held.length === 0 ? [] : await heldFiles(database, token);
  assert.deepEqual(again.map(({ id }) => id).sort(), held.sort());
});

/** The stream delivers its ids to several workers at once: each file goes to one of them at most. */
const deliver = command(
  'deliver',
  fc.integer({ min: 1, max: 3 }),
  async (workers, model, { database }) => {
    const ids = [...new Set(model.rings.splice(0))];
    const claimable = ids.filter((id) => isClaimableId(model, id));
    const tokens = Array.from({ length: workers }, () => randomUUID());
    const taken = (await Promise.all(tokens.map((token) => claimFiles(database, ids, claimant(token))))).flat();
    assert.deepEqual(taken.map(({ id }) => id).sort(), claimable.sort());
    for (const { id, leaseToken } of taken) claim(living(model, id), leaseToken);
  },
  (model) => model.rings.length > 0,
);

const ringTwice = command('ringTwice', picks, async (indices, model) => {
  const ids = pickedFiles(model, indices).map(({ id }) => id);
  model.rings.push(...ids, ...ids);
});

const flush = command('flush', fc.constant(null), async (_, model) => void model.rings.splice(0));

const leaseRunsOut = command('leaseRunsOut', pick, async (index, model, world) => {
  const { id } = picked(model.created, index);
  const file = model.living.get(id);
  if (file?.status !== 'PROCESSING') return;
  await world.run(`update files set lease_until = now() - interval '1 second' where id = $1`, [id]);
  file.leaseRanOut = true;
});

const reconcile = command('reconcile', fc.constant(null), async (_, model, world) => await reconcileAll(model, world));

const waitsEnd = command('waitsEnd', fc.constant(null), async (_, model, world) => await endWaits(model, world));

/** Brings a file near the last silence that it is forgiven, which a history would hardly reach. */
const grewSilent = command('grewSilent', pick, async (index, model, world) => {
  const file = model.living.get(picked(model.created, index).id);
  if (file?.status !== 'PENDING') return;
  await world.run('update files set silences = $2 where id = $1', [file.id, maxSilences - 1]);
  file.silences = maxSilences - 1;
});

export const dispatchCommands = [
  ...[claimNamed, claimNamed, claimAgain, claimDue, deliver, ringTwice, flush],
  ...[leaseRunsOut, leaseRunsOut, reconcile, reconcile, waitsEnd, grewSilent],
];

/** One round of two reconcilers at once: expired leases are re-opened, and all that is due is rung for, once. */
export async function reconcileAll(model: Model, world: World): Promise<void> {
  const { database } = world;
  const silent = [...model.living.values()].filter(({ leaseRanOut }) => leaseRanOut);
  const expired = (await Promise.all([expireLeases(database, 100), expireLeases(database, 100)])).flat();
  assert.deepEqual(expired.sort(), silent.map(({ id }) => id).sort());
  for (const file of silent) {
    const countedBy = expire(file);
    if (countedBy > 0) await world.holdBack(file.id, countedBy);
  }
  const due = model.pending().filter(({ due, ringDue }) => due && ringDue);
  const taken = await Promise.all([takeDueRings(database, 100), takeDueRings(database, 100)]);
  const rung = taken.flatMap(({ ids }) => ids);
  assert.deepEqual(rung.toSorted(), due.map(({ id }) => id).sort());
  await world.holdRings(rung);
  for (const file of due) file.ringDue = false;
  model.rings.push(...rung);
}

/** Every backoff and every interval between rings is over. */
export async function endWaits(model: Model, world: World): Promise<void> {
  await world.run(`update files set run_after = now(), next_ring_at = now() where status = 'PENDING'`);
  for (const file of model.pending()) Object.assign(file, { due: true, ringDue: true });
}

async function claimAndCompare(
  model: Model,
  { database }: World,
  { token, ids }: { token: string; ids: readonly string[] },
) {
  const files = new Map((await claimFiles(database, ids, claimant(token))).map((file) => [file.id, file]));
  for (const id of new Set(ids)) compareClaim(model, id, token, files.get(id));
  model.claims.push({ token, ids });
}

function compareClaim(model: Model, id: string, token: string, actual: ClaimedFile | undefined): void {
  const file = model.living.get(id);
  if (file !== undefined && isClaimable(file)) claim(file, token);
  if (file !== undefined && holds(file, token)) {
    assert(actual !== undefined, `${id} was not claimed`);
    const { leaseToken, attempt, alone } = actual;
    assert.deepEqual([leaseToken, attempt, alone], [token, file.attempt, file.silences > 0]);
  } else assert.equal(actual, undefined);
}

function isClaimableId(model: Model, id: string): boolean {
  const file = model.living.get(id);
  return file !== undefined && isClaimable(file);
}

function living(model: Model, id: string) {
  const file = model.living.get(id);
  assert(file !== undefined, `${id} was deleted`);
  return file;
}

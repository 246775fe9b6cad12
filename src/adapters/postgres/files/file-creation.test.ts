import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { newFile, openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { deleteFiles } from './file-commands.ts';
import { createFiles } from './file-creation.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

const create = (...files: ReturnType<typeof newFile>[]) => createFiles(database, files, 3);

test('a repeated create of the same storage key answers with the same file', async () => {
  const file = newFile();
  const [first] = await create(file);
  const [second] = await create(file);
  assert.equal(first?.outcome, 'CREATED');
  assert.deepEqual(second, first);
});

test('an idempotency key makes one file, in one batch, one after the other, and at once', async () => {
  const keyed = () => newFile({ idempotencyKey: 'one-decision' });
  const outcomes = (await Promise.all([create(keyed(), keyed()), create(keyed()), create(keyed())])).flat();
  outcomes.push(...(await create(keyed())));
  assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), [
    'CREATED',
    'DUPLICATE',
    'DUPLICATE',
    'DUPLICATE',
    'DUPLICATE',
  ]);
  assert.equal(new Set(outcomes.map((created) => 'id' in created && created.id)).size, 1);
});

test('an idempotency key with another name, size or hash is refused', async () => {
  const idempotencyKey = randomUUID();
  await create(newFile({ idempotencyKey }));
  for (const other of [{ filename: 'b.txt' }, { size: 4 }, { declaredSha256: 'ab'.repeat(32) }]) {
    const [outcome] = await create(newFile({ idempotencyKey, ...other }));
    assert.equal(outcome?.outcome, 'KEY_REUSED');
  }
});

test('a stale storage key is refused and harms no neighbour', async () => {
  // The beginning of 2024 as a UUIDv7.
  const stale = newFile({ id: '018cc251-f400-7000-8000-000000000001' });
  const outcomes = await create(newFile(), stale, newFile());
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ['CREATED', 'REJECTED', 'CREATED'],
  );
});

test('a late repetition does not bring a deleted file back', async () => {
  const file = newFile();
  const [created] = await create(file);
  assert(created !== undefined && 'id' in created);
  await deleteFiles(database, [created.id], undefined);
  assert.equal((await create(file))[0]?.outcome, 'REJECTED');
});

test('batches with the same keys in opposite orders do not stop each other', async () => {
  const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
  const batch = (order: readonly string[]) => create(...order.map((idempotencyKey) => newFile({ idempotencyKey })));
  const rounds = await Promise.all([batch(keys), batch(keys.toReversed()), batch(keys), batch(keys.toReversed())]);
  assert.equal(rounds.flat().filter(({ outcome }) => outcome === 'CREATED').length, keys.length);
});

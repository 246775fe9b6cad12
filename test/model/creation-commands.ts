import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { deleteFiles, retryFiles } from '#adapters/postgres/files/file-commands.ts';
import { createFiles } from '#adapters/postgres/files/file-creation.ts';
import { cancelFiles, pauseFiles, resumeFiles } from '#adapters/postgres/files/file-holds.ts';
import { confirmDeletions, forgetConfirmedDeletions, takeDeletions } from '#adapters/postgres/upkeep/blob-deletions.ts';
import type { NewFile } from '#domain/file.ts';
import { newFile } from '../support/files.ts';
import { command, hasFiles, pick, picked, pickedFiles, picks } from './command.ts';
import { cancel, type Model, type ModelFile, pause, resume, retry } from './model.ts';

const always = () => true;

/** A few keys that meet again, with two sizes, so that some are reused for other content. */
const keyedFields = {
  idempotencyKey: fc.option(fc.constantFrom('first', 'second'), { freq: 2 }),
  size: fc.constantFrom(3, 3, 4),
  batch: fc.constantFrom(null, null, 'one', 'other'),
};

const create = command(
  'create',
  fc.record({ ...keyedFields, maxAttempts: fc.integer({ min: 1, max: 3 }) }),
  async ({ maxAttempts, ...fields }, model, world) => {
    const file = newFile(fields);
    const earlier = keyedLike(model, file);
    const [created] = await createFiles(world.database, [file], maxAttempts);
    if (earlier !== undefined) return assert.deepEqual(created, answerToReuse(earlier, file));
    assert(created?.outcome === 'CREATED');
    await world.holdRings([created.id]);
    model.create(created.id, file, maxAttempts);
  },
  always,
);

/** Its first answer was lost; the file may have gone on, or away, since. */
const createAgain = command('createAgain', pick, async (index, model, { database }) => {
  const { id, file } = picked(model.created, index);
  const [again] = await createFiles(database, [file], 3);
  if (model.living.has(id)) return assert.deepEqual(again, { outcome: 'CREATED', id });
  const earlier = keyedLike(model, file);
  if (earlier !== undefined) return assert.deepEqual(again, answerToReuse(earlier, file));
  assert.equal(again?.outcome, 'REJECTED', 'a deleted file came back');
});

/** So late that the sweep may have removed its bytes. */
const createTooLate = command(
  'createTooLate',
  fc.record(keyedFields),
  async (fields, model, { database }) => {
    const file = newFile({ ...fields, id: `018cc251-f400-7000-8000-${randomBytes(6).toString('hex')}` });
    const earlier = keyedLike(model, file);
    const [created] = await createFiles(database, [file], 3);
    if (earlier !== undefined) return assert.deepEqual(created, answerToReuse(earlier, file));
    assert.equal(created?.outcome, 'REJECTED');
  },
  always,
);

const retryFailed = command(
  'retry',
  fc.record({ picks, attempts: fc.integer({ min: 1, max: 3 }) }),
  async ({ picks, attempts }, model, { database }) => {
    const files = pickedFiles(model, picks);
    const outcomes = await retryFiles(
      database,
      files.map(({ id }) => id),
      attempts,
      undefined,
    );
    assert.deepEqual(outcomes, files.map(expectedOfRetry(model)));
    for (const file of files) if (model.living.has(file.id) && file.status === 'FAILED') retry(file, attempts);
  },
);

const hold = command(
  'hold',
  fc.record({ picks, verb: fc.constantFrom('pause', 'resume', 'cancel') }),
  async ({ picks, verb }, model, { database }) => {
    const files = pickedFiles(model, picks);
    const ids = files.map(({ id }) => id);
    const outcomes = await sent[verb](database, ids, undefined);
    const there = files.filter(({ id }) => model.living.has(id));
    for (const file of there) held[verb](file);
    assert.deepEqual(
      outcomes.map((outcome) => outcome === 'NOT_FOUND'),
      ids.map((id) => !model.living.has(id)),
    );
  },
);

const sent = { pause: pauseFiles, resume: resumeFiles, cancel: cancelFiles };
const held = { pause, resume, cancel };

const remove = command('delete', picks, async (indices, model, { database }) => {
  const ids = pickedFiles(model, indices).map(({ id }) => id);
  const there = ids.map((id) => model.living.has(id));
  assert.deepEqual(await deleteFiles(database, ids, undefined), there);
  for (const id of ids) model.delete(id);
});

/** The upload service removes bytes; it may die between taking and confirming. */
const drainDeletions = command('drainDeletions', fc.record({ dies: fc.boolean() }), async ({ dies }, model, world) => {
  const waiting = [...model.deletions].filter(([, state]) => state === 'WAITING').map(([key]) => key);
  const taken = await takeDeletions(world.database, 100);
  assert.deepEqual(taken.toSorted(), waiting.sort());
  for (const key of taken) model.deletions.set(key, 'TAKEN');
  if (!dies) {
    await confirmDeletions(world.database, taken);
    for (const key of taken) model.deletions.set(key, 'CONFIRMED');
  }
  // Their keys are young: none is forgotten.
  await forgetConfirmedDeletions(world.database, 1_000);
  await world.accountsForKeys(model);
});

/** Another upload process takes what the first one did not confirm. */
const takenRunsOut = command(
  'takenRunsOut',
  fc.constant(null),
  async (_, model, world) => {
    await world.run(
      `update blob_deletions set taken_until = now() - interval '1 second' where taken_until < 'infinity'`,
    );
    for (const [key, state] of model.deletions) if (state === 'TAKEN') model.deletions.set(key, 'WAITING');
  },
  hasFiles,
);

export const creationCommands = [
  create,
  create,
  createAgain,
  createTooLate,
  retryFailed,
  hold,
  remove,
  drainDeletions,
  takenRunsOut,
];

/** The living file with the idempotency key of `file`. */
function keyedLike(model: Model, { idempotencyKey }: NewFile): ModelFile | undefined {
  if (idempotencyKey === null) return undefined;
  return [...model.living.values()].find((other) => other.file.idempotencyKey === idempotencyKey);
}

function answerToReuse({ id, file }: ModelFile, later: NewFile) {
  return { outcome: file.size === later.size ? 'DUPLICATE' : 'KEY_REUSED', id };
}

function expectedOfRetry(model: Model) {
  return ({ id, status }: ModelFile) =>
    !model.living.has(id) ? 'NOT_FOUND' : status === 'FAILED' ? 'RETRIED' : 'NOT_FAILED';
}

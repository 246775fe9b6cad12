import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { forgetExpiredLocks, lockUploads, renewUploadLocks, unlockUploads } from './upload-locks.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});
after(() => opened[Symbol.asyncDispose]());

const minute = 60_000;
const asked = (uploadId = randomUUIDv7()) => ({ uploadId, token: randomUUID() });
const lock = (...locks: ReturnType<typeof asked>[]) => lockUploads(database, locks, minute);
const letTimePass = (interval: string) =>
  database.query({ text: `update upload_locks set locked_until = locked_until - interval '${interval}'` });

test('one token holds a lock, renews it, and hears when another asks', async () => {
  const one = asked();
  const other = asked(one.uploadId);
  assert.deepEqual(await lock(one), ['HELD']);
  assert.deepEqual(await lock(one), ['HELD']);
  assert.deepEqual(await lock(other), ['TAKEN']);
  assert.deepEqual(await lock(one), ['WANTED']);
});

test('a lock that was given back is free, and nobody wants it from who takes it then', async () => {
  const one = asked();
  const other = asked(one.uploadId);
  await lock(one);
  await unlockUploads(database, [other]);
  assert.deepEqual(await lock(other), ['TAKEN'], 'given back by its holder only');
  await unlockUploads(database, [one]);
  assert.deepEqual(await lock(other), ['HELD']);
});

test('a lock whose time is over goes to who asks, and is not renewed by who held it', async () => {
  const one = asked();
  const other = asked(one.uploadId);
  await lock(one);
  await lock(other);
  await letTimePass('2 minutes');
  assert.deepEqual(await lock(other), ['HELD']);
  assert.deepEqual(await lock(one), ['TAKEN']);
  assert.deepEqual(await lock(other), ['WANTED']);
});

test('a renewal that comes late takes nothing, and wants nothing from the next holder', async () => {
  const one = asked();
  const other = asked(one.uploadId);
  const renew = async () => await renewUploadLocks(database, [one], minute);
  await lock(one);
  assert.deepEqual(await renew(), ['HELD']);
  await unlockUploads(database, [one]);
  assert.deepEqual(await renew(), ['TAKEN']);
  assert.deepEqual(await lock(other), ['HELD']);
  assert.deepEqual(await renew(), ['TAKEN']);
  assert.deepEqual(await renewUploadLocks(database, [other], minute), ['HELD']);
  await lock(one);
  assert.deepEqual(await renewUploadLocks(database, [other], minute), ['WANTED']);
});

test('of many that ask at once one gets it', async () => {
  const { uploadId } = asked();
  const outcomes = (await Promise.all(Array.from({ length: 20 }, () => lock(asked(uploadId))))).flat();
  assert.equal(outcomes.filter((outcome) => outcome !== 'TAKEN').length, 1);
  const twice = asked();
  assert.deepEqual((await lock(twice, asked(twice.uploadId))).sort(), ['HELD', 'TAKEN']);
});

test('batches in opposite orders do not stop each other', async () => {
  const all = Array.from({ length: 50 }, () => asked());
  await Promise.all([lock(...all), lock(...all.toReversed()), lock(...all), lock(...all.toReversed())]);
  assert.ok((await lock(...all)).every((outcome) => outcome === 'HELD'));
});

test('locks of processes that died are forgotten', async () => {
  const one = asked();
  await lock(one);
  await forgetExpiredLocks(database);
  assert.deepEqual(await lock(one), ['HELD']);
  await letTimePass('2 hours');
  await forgetExpiredLocks(database);
  assert.deepEqual(await database.query({ text: 'select from upload_locks' }), []);
});

import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { partialBlobStoreConformance } from '../../../test/conformance/partial-blob-store.ts';
import { testFolder } from '../../../test/support/start-services.ts';
import { traceCalls } from '../../../test/support/trace-calls.ts';
import { LocalBlobReader } from './local-blob-reader.ts';
import { LocalBlobStore } from './local-blob-store.ts';

partialBlobStoreConformance('LocalPartialBlobStore', openStore);

it('syncs the note before it takes its name, then the folder for both', async () => {
  await using subject = await openStore();
  using calls = await traceCalls(subject.root);
  const id = await subject.partial.begin('note');
  const [name, temporary] = [`resumable/${id}.json`, `resumable/${id}.new`];
  assert.deepEqual(calls.seen, [`sync ${temporary}`, `rename ${temporary} ${name}`, 'sync resumable']);
});

it('links the synced bytes, then syncs the folder of the link', async () => {
  await using subject = await openStore();
  const id = await subject.partial.begin('');
  await using opened = await subject.partial.open(id, { hashed: false });
  await opened.write(Buffer.from('precious'));
  using calls = await traceCalls(subject.root);
  await opened.sync();
  const { storageKey } = await opened.commit();
  const shard = `objects/${storageKey.slice(-2)}`;
  assert.deepEqual(calls.seen, [
    `sync resumable/${id}`,
    `link resumable/${id} ${shard}/${storageKey}`,
    `sync ${shard}`,
  ]);
});

it('makes no blob when the folder cannot be synced, and keeps the bytes', async () => {
  await using subject = await openStore();
  const id = await subject.partial.begin('');
  await using opened = await subject.partial.open(id, { hashed: false });
  await opened.write(Buffer.from('precious'));
  using _calls = await traceCalls(subject.root, (call) => {
    if (call.startsWith('sync objects/')) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  await assert.rejects(opened.commit(), { reason: 'DISK_FULL' });
  assert.deepEqual((await Array.fromAsync(subject.blobs.finishedBefore(new Date('2100-01-01')))).flat(), []);
  assert.equal((await subject.partial.find(id))?.size, 8);
});

it('leaves nothing of one that could not be begun', async () => {
  await using subject = await openStore();
  using _calls = await traceCalls(subject.root, (call) => {
    if (call.startsWith('rename ')) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  await assert.rejects(subject.partial.begin('note'), { reason: 'DISK_FULL' });
  assert.deepEqual(await readdir(join(subject.root, 'resumable')), []);
});

it('finds what a crash has left of one that was being begun, and leaves foreign files alone', async () => {
  await using subject = await openStore();
  const id = randomUUIDv7();
  for (const name of [id, `${id}.new`, 'lost+found']) await writeFile(join(subject.root, 'resumable', name), '');
  assert.equal(await subject.partial.find(id), undefined);
  assert.deepEqual(await Array.fromAsync(subject.partial.writtenBefore(new Date('2100-01-01'))), [id]);
  await subject.partial.remove(id);
  assert.deepEqual(await readdir(join(subject.root, 'resumable')), ['lost+found']);
});

async function openStore() {
  await using opening = new AsyncDisposableStack();
  const { path: root } = opening.use(await testFolder());
  const blobs = opening.use(await LocalBlobStore.open(root));
  const { partial: other } = opening.use(await LocalBlobStore.open(root));
  const { partial } = blobs;
  const resources = opening.move();
  const reader = new LocalBlobReader(root);
  return { root, blobs, partial, other, reader, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

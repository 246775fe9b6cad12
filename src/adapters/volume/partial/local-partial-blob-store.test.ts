import assert from 'node:assert/strict';
import { createHash, randomUUIDv7 } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Blob } from '#domain/blob-store.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import { partialBlobStoreConformance } from '#test/conformance/partial-blob-store.ts';
import { testFolder } from '#test/support/start-services.ts';
import { traceCalls } from '#test/support/trace-calls.ts';
import { LocalBlobReader } from '../local-blob-reader.ts';
import { LocalBlobStore } from '../local-blob-store.ts';
import { objectPath } from '../objects/layout.ts';

partialBlobStoreConformance('LocalPartialBlobStore', openStore);
partialBlobStoreConformance('LocalPartialBlobStore without hard links', openWithoutLinks);

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

for (const [volume, links] of [
  ['with', true],
  ['without', false],
] as const)
  for (const step of ['sync objects/', 'rename resumable/', 'sync resumable']) {
    if (links && step !== 'sync objects/') continue;
    it(`makes no blob ${volume} hard links when "${step}" fails, and keeps the bytes`, async () => {
      await using subject = await openStore();
      const id = await begun(subject, 'precious');
      await using opened = await subject.partial.open(id, { hashed: false });
      using _calls = await traceCalls(subject.root, (call) => {
        if (!links) refuseLinks(call);
        if (call.startsWith(step)) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      });
      await assert.rejects(opened.commit(), { reason: 'DISK_FULL' });
      assert.deepEqual((await Array.fromAsync(subject.blobs.finishedBefore(new Date('2100-01-01')))).flat(), []);
      assert.equal((await subject.partial.find(id))?.size, 8);
    });
  }

describe('Where there are no hard links', () => {
  it('notes where the bytes go, moves them, then syncs both folders', async () => {
    await using subject = await openWithoutLinks();
    const id = await begun(subject, 'precious');
    await using opened = await subject.partial.open(id, { hashed: false });
    using calls = await traceCalls(subject.root, refuseLinks);
    const { storageKey } = await opened.commit();
    const shard = `objects/${storageKey.slice(-2)}`;
    assert.deepEqual(calls.seen, [
      `link resumable/${id} ${shard}/${storageKey}`,
      `sync resumable/${id}.new`,
      `rename resumable/${id}.new resumable/${id}.moved`,
      'sync resumable',
      `rename resumable/${id} ${shard}/${storageKey}`,
      `sync ${shard}`,
      'sync resumable',
    ]);
  });

  const crashes = {
    'after it was noted where the bytes go': { moved: false, minutesAgo: 0, again: 'another' },
    'after they were moved': { moved: true, minutesAgo: 0, again: 'the same' },
    'after they were moved so long ago that the key may be refused': { moved: true, minutesAgo: 31, again: 'another' },
  };
  for (const [when, { moved, minutesAgo, again }] of Object.entries(crashes))
    it(`finds its bytes when a process dies ${when}, and makes ${again} blob`, async () => {
      await using subject = await openWithoutLinks();
      const id = await begun(subject, 'precious');
      const object = objectIdOf(Date.now() - minutesAgo * 60_000);
      await writeFile(join(subject.root, 'resumable', `${id}.moved`), object);
      if (moved) await rename(join(subject.root, 'resumable', id), objectPath(subject.root, object));
      assert.equal((await subject.other.find(id))?.size, 8);
      await using opened = await subject.other.open(id, { hashed: false });
      assert.equal(await opened.sha256(), createHash('sha256').update('precious').digest('hex'));
      const { storageKey } = await opened.commit();
      assert.equal(storageKey === object ? 'the same' : 'another', again);
      assert.equal(await readFile(objectPath(subject.root, storageKey), 'utf8'), 'precious');
      // A row may name the object of the dead process.
      if (moved) assert.equal(await readFile(objectPath(subject.root, object), 'utf8'), 'precious');
      await subject.partial.end(id, 'over');
      assert.deepEqual(await readdir(join(subject.root, 'resumable')), [`${id}.json`]);
    });

  it('leaves an object alone that a row may name when the upload is given up', async () => {
    await using subject = await openWithoutLinks();
    const id = await begun(subject, 'precious');
    const { storageKey } = await commit(subject.partial, id);
    await subject.partial.remove(id);
    assert.deepEqual(await readdir(join(subject.root, 'resumable')), []);
    assert.equal(await readFile(objectPath(subject.root, storageKey), 'utf8'), 'precious');
  });

  it('has no bytes any more when their object was removed, and tells so', async () => {
    await using subject = await openWithoutLinks();
    const id = await begun(subject, 'precious');
    await subject.blobs.remove((await commit(subject.partial, id)).storageKey);
    assert.equal((await subject.partial.find(id))?.size, null);
    await assert.rejects(subject.partial.open(id, { hashed: false }), { reason: 'UPLOAD_NOT_FOUND' });
  });
});

it('gives way to a process that has moved the bytes meanwhile', async () => {
  await using subject = await openStore();
  const id = await begun(subject, 'precious');
  await using opened = await subject.partial.open(id, { hashed: false });
  await rm(join(subject.root, 'resumable', id));
  await assert.rejects(opened.commit(), { reason: 'UPLOAD_LOCKED' });
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

/** A complete upload. */
async function begun({ partial }: { readonly partial: PartialBlobStore }, content: string): Promise<string> {
  const id = await partial.begin('');
  await using opened = await partial.open(id, { hashed: false });
  await opened.write(Buffer.from(content));
  await opened.sync();
  return id;
}

async function commit(partial: PartialBlobStore, id: string): Promise<Blob> {
  await using opened = await partial.open(id, { hashed: false });
  return await opened.commit();
}

/** An id minted at that time: see `mintedAt`. */
function objectIdOf(time: number): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${randomUUIDv7().slice(13)}`;
}

function refuseLinks(call: string): void {
  if (call.startsWith('link ')) throw Object.assign(new Error('not on this volume'), { code: 'EPERM' });
}

async function openWithoutLinks() {
  await using opening = new AsyncDisposableStack();
  const subject = opening.use(await openStore());
  opening.use(await traceCalls(subject.root, refuseLinks));
  const resources = opening.move();
  return { ...subject, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

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

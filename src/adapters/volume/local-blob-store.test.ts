import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { it, mock } from 'node:test';
import type { Blob } from '#domain/blob-store.ts';
import { blobStoreConformance } from '#test/conformance/blob-store.ts';
import { upkeepConformance, type VolumeUnderTest } from '#test/conformance/upkeep.ts';
import { traceCalls } from '#test/support/trace-calls.ts';
import { LocalBlobReader } from './local-blob-reader.ts';
import { LocalBlobStore } from './local-blob-store.ts';
import { diskError, writeFully } from './objects/durable.ts';
import { objectPath, shardFolder } from './objects/layout.ts';
import { roomOf } from './volume-trial.ts';

blobStoreConformance('LocalBlobStore, one object a blob', openStore);
blobStoreConformance('LocalBlobStore, small blobs packed', () => openStore({ packBelow: 64 * 1024 }));
upkeepConformance('LocalBlobStore, one object a blob', openStore);
upkeepConformance('LocalBlobStore, small blobs packed', () => openStore({ packBelow: 64 * 1024 }));

it('syncs the file, renames it, then syncs its folder', async () => {
  await using subject = await openStore();
  await using staged = await subject.store.stage();
  await staged.write(Buffer.from('precious'));
  using calls = await traceCalls(subject.root);
  const { storageKey } = await staged.commit();
  const object = relative(subject.root, objectPath(subject.root, storageKey));
  const [synced, renamed, folderSynced] = calls.seen;
  assert.match(synced ?? '', /^sync staging\/[0-9a-f-]{36}$/);
  assert.equal(renamed, `rename ${synced?.slice('sync '.length)} ${object}`);
  assert.equal(folderSynced, `sync ${relative(subject.root, shardFolder(subject.root, storageKey.slice(-2)))}`);
  assert.equal(calls.seen.length, 3);
});

it('keeps nothing when the folder cannot be synced', async () => {
  await using subject = await openStore();
  await using staged = await subject.store.stage();
  await staged.write(Buffer.from('lost'));
  using _calls = await traceCalls(subject.root, (call) => {
    if (call.startsWith('sync objects/')) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  await assert.rejects(staged.commit(), { reason: 'DISK_FULL' });
  assert.deepEqual(await filesUnder(subject.root), []);
});

it('calls a full disk DISK_FULL', async () => {
  await using full = await open('/dev/full', 'r+');
  const error: unknown = await writeFully(full, Buffer.from('x'), 0).then(undefined, diskError);
  assert.ok(error instanceof Error && 'reason' in error);
  assert.equal(error.reason, 'DISK_FULL');
});

it('calls a file that the file system cannot hold FILE_TOO_LARGE', () => {
  const error = diskError(Object.assign(new Error('file too large'), { code: 'EFBIG' }));
  assert.ok(error instanceof Error && 'reason' in error);
  assert.equal(error.reason, 'FILE_TOO_LARGE');
});

it('takes a file system for endless that tells nothing of its size', async () => {
  assert.equal(await roomOf('/proc'), undefined);
});

it('writes all of a chunk when single writes are short', async () => {
  await using folder = await temporaryFolder();
  await using file = await open(join(folder.path, 'file'), 'wx+');
  const write = file.write.bind(file) as (
    b: Uint8Array,
    o: number,
    l: number,
    p: number,
  ) => Promise<{ bytesWritten: number }>;
  mock.method(file, 'write', (bytes: Uint8Array, offset: number, length: number, position: number) =>
    write(bytes, offset, Math.min(length, 7), position),
  );
  const bytes = Buffer.from('seven bytes at a time make a whole');
  await writeFully(file, Buffer.from('head'), 0);
  await writeFully(file, bytes, 4);
  assert.equal((await file.readFile({ encoding: 'utf8' })).toString(), `head${bytes}`);
});

it('opens an existing volume again and finds what is there', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'made', 'on', 'the', 'way');
  let blob: Blob;
  {
    await using store = await LocalBlobStore.open(root, objectsOnly);
    await using staged = await store.stage();
    blob = await staged.commit();
  }
  await using store = await LocalBlobStore.open(root, objectsOnly);
  assert.deepEqual(await Array.fromAsync(store.finishedBefore(new Date('2100-01-01'))), [[blob]]);
});

it('lists keys in batches of at most 1,000 and leaves foreign files alone', async () => {
  await using subject = await openStore();
  const keys = Array.from({ length: 1_500 }, () => randomUUIDv7());
  for (const key of keys) await writeFile(objectPath(subject.root, key), '');
  const old = '01800000-0000-7000-8000-0000000000aa';
  await writeFile(objectPath(subject.root, old), '');
  await writeFile(join(shardFolder(subject.root, 'aa'), 'lost+found'), '');
  await writeFile(join(shardFolder(subject.root, 'ab'), old), '');
  const batches = await Array.fromAsync(subject.upkeep.finishedBefore(new Date('2100-01-01')));
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [1_000, 501],
  );
  assert.deepEqual(
    batches
      .flat()
      .map(({ storageKey }) => storageKey)
      .sort(),
    [...keys, old].sort(),
  );
  assert.deepEqual(await Array.fromAsync(subject.upkeep.finishedBefore(new Date('2024-01-01'))), [
    [{ id: old, storageKey: old }],
  ]);
});

it('lets a group read and nobody else', async () => {
  await using subject = await openStore();
  await using staged = await subject.store.stage();
  const { storageKey } = await staged.commit();
  assert.equal((await stat(objectPath(subject.root, storageKey))).mode & 0o027, 0);
  assert.equal((await stat(shardFolder(subject.root, '00'))).mode & 0o027, 0);
});

it('sweeps nothing from staging that is not its own', async () => {
  await using subject = await openStore();
  await writeFile(join(subject.root, 'staging', 'notes.txt'), '');
  await mkdir(join(subject.root, 'staging', 'folder'));
  assert.equal(await subject.upkeep.sweepStaging(new Date('2100-01-01')), 0);
  assert.deepEqual((await readdir(join(subject.root, 'staging'))).sort(), ['folder', 'notes.txt']);
});

const objectsOnly = { packBelow: 0 };

async function openStore(options = objectsOnly): Promise<VolumeUnderTest & { root: string }> {
  const folder = await temporaryFolder();
  const store = await LocalBlobStore.open(folder.path, options);
  return {
    root: folder.path,
    store,
    upkeep: store,
    reader: new LocalBlobReader(folder.path),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'filemill-blobs-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function filesUnder(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

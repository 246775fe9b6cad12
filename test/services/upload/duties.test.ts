import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import type { Blob, BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { FileCreation, type RequestedFile } from '#services/upload/acceptance/file-creation.ts';
import { startCompactor } from '#services/upload/duties/compactor.ts';
import { startDeletionDrain } from '#services/upload/duties/deletion-drain.ts';
import { startOrphanSweeper } from '#services/upload/duties/orphan-sweeper.ts';
import { startStagingSweeper } from '#services/upload/duties/staging-sweeper.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { newFile } from '../../support/files.ts';
import {
  chunkOf,
  filesBelow,
  metadataOf,
  queryRows,
  quiet,
  startUploadStack,
  streamOf,
  type UploadStack,
} from '../../support/upload-stack.ts';

const unconfirmed = `select storage_key from blob_deletions where taken_until < 'infinity'`;
const hourMs = 60 * 60 * 1_000;

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

function drain({ metadata, blobs }: UploadStack, store: Pick<BlobStore, 'remove'> = blobs): AsyncDisposable {
  return startDeletionDrain({ lifecycle: metadata.client(FileLifecycleService), blobs: store, logger: quiet });
}

describe('The deletion drain', () => {
  it('removes the bytes of deleted files, of no other, and confirms', async () => {
    await using stack = await startUploadStack(backends);
    const [gone, kept] = [await upload(stack), await upload(stack)];
    await stack.channel.client(MetadataService).deleteFiles({ ids: [gone] });
    await using _drain = drain(stack);
    await eventually('all deletions are confirmed', async () => (await rows(unconfirmed)).length === 0);
    assert.deepEqual(await filesBelow(stack.root), await objectsOf(kept));
  });

  it('empties the place of deleted small files, and confirms', async () => {
    await using stack = await startUploadStack(backends, { packBelow: 1_000 });
    const ids = [await upload(stack), await upload(stack)];
    const [gone = '', kept = ''] = (await Promise.all(ids.map((id) => keysOf(id)))).flat();
    await stack.channel.client(MetadataService).deleteFiles({ ids: ids.slice(0, 1) });
    await using _drain = drain(stack);
    await eventually('all deletions are confirmed', async () => (await rows(unconfirmed)).length === 0);
    assert.deepEqual([await contentOf(stack, gone), await contentOf(stack, kept)], ['\0', 'x']);
  });

  it('goes on when one object cannot be removed, and takes that one again', async () => {
    await using stack = await startUploadStack(backends);
    const [first, second] = [await upload(stack), await upload(stack)];
    const [stubborn] = await keysOf(first);
    await stack.channel.client(MetadataService).deleteFiles({ ids: [first, second] });
    const blobs = {
      remove: async (key: string) => {
        if (key === stubborn) throw new Error('EIO');
        await stack.blobs.remove(key);
      },
    };
    await using _drain = drain(stack, blobs);
    await eventually('the volume holds 1 file', async () => (await filesBelow(stack.root)).length === 1);
    await eventually('one deletion is left unconfirmed', async () => (await rows(unconfirmed)).length === 1);
    assert.equal((await rows(unconfirmed))[0]?.storage_key, stubborn);
    await rows('delete from blob_deletions');
  });
});

describe('The compactor', () => {
  it('moves what lives beside removed small files, and has their old place emptied later', async () => {
    await using stack = await startUploadStack(backends, { packBelow: 1_000, segmentAgeMs: 1 });
    const blobs = await stack.blobs.keep(['a', 'b', 'c', 'd'].map((content) => Buffer.from(content)));
    await new FileCreation(stack.metadata, quiet).createAll(blobs.map(requestedFile));
    const [lives = { id: '', storageKey: '' }, ...gone] = blobs;
    await stack.channel.client(MetadataService).deleteFiles({ ids: gone.map(({ id }) => id) });
    const lifecycle = stack.metadata.client(FileLifecycleService);
    await using _drain = drain(stack);
    await using _compactor = startCompactor({ lifecycle, blobs: stack.blobs, logger: quiet, everyMs: 20 });
    const moved = async () => (await keysOf(lives.id)).filter((key) => key !== lives.storageKey);
    await eventually('the file has moved', async () => (await moved()).length === 1);
    const [storageKey = ''] = await moved();
    // A worker that was told the old place may still be about to read it.
    for (const key of [storageKey, lives.storageKey]) assert.equal(await contentOf(stack, key), 'a');
    await rows("update blob_deletions set taken_until = '-infinity' where storage_key = $1", [lives.storageKey]);
    await eventually('all deletions are confirmed', async () => (await rows(unconfirmed)).length === 0);
    const [segment = ''] = lives.storageKey.split('/');
    await eventually('the old segment is gone', async () =>
      (await filesBelow(stack.root)).every((path) => !path.endsWith(segment)),
    );
  });
});

describe('The compactor, when an answer is lost', () => {
  it('removes no copy while nobody knows whether its row names it', async () => {
    await using stack = await startUploadStack(backends, { packBelow: 1_000, segmentAgeMs: 1 });
    const [lives, gone] = await stack.blobs.keep([Buffer.from('a'), Buffer.from('b')]);
    if (lives === undefined || gone === undefined) throw new Error('not kept');
    await new FileCreation(stack.metadata, quiet).createAll([requestedFile(lives)]);
    await stack.blobs.remove(gone.storageKey);
    const lifecycle = stack.metadata.client(FileLifecycleService);
    let asked = 0;
    const moveBlobs: typeof lifecycle.moveBlobs = async (request, options) => {
      const answer = await lifecycle.moveBlobs(request, options);
      asked += 1;
      if (asked === 1) throw new FilemillError('UNAVAILABLE', 'The answer was lost.');
      return answer;
    };
    await using _compactor = startCompactor({
      lifecycle: { ...lifecycle, moveBlobs },
      blobs: stack.blobs,
      logger: quiet,
      everyMs: 20,
    });
    await eventually('it has asked twice', async () => asked > 1);
    const [storageKey = ''] = await keysOf(lives.id);
    assert.notEqual(storageKey, lives.storageKey);
    assert.equal(await contentOf(stack, storageKey), 'a');
  });
});

describe('The orphan sweeper', () => {
  it('removes old objects that no file and no deletion names, and nothing else', async () => {
    await using stack = await startUploadStack(backends);
    const known = await upload(stack);
    const oldKnown = await putOld(stack, 3 * hourMs);
    await rows('update files set id = $1::uuid, storage_key = $1::text where id = $2', [oldKnown, known]);
    const deleted = await putOld(stack, 3 * hourMs);
    await rows('insert into blob_deletions (storage_key) values ($1)', [deleted]);
    const young = await putOld(stack, hourMs);
    const [unregistered] = (await filesBelow(stack.root)).filter(
      (path) => !path.match(`${oldKnown}|${deleted}|${young}`),
    );
    const orphan = await putOld(stack, 3 * hourMs);
    const lifecycle = stack.metadata.client(FileLifecycleService);
    await using _sweeper = startOrphanSweeper({
      lifecycle,
      blobs: stack.blobs,
      orphanTtlMs: 2 * hourMs,
      logger: quiet,
    });
    await eventually('the orphan is gone', async () => !(await filesBelow(stack.root)).includes(objectOf(orphan)));
    const left = [oldKnown, deleted, young].map(objectOf);
    assert.deepEqual(await filesBelow(stack.root), [...left, unregistered].sort());
    await rows('delete from blob_deletions');
  });
});

describe('The staging sweeper', () => {
  it('removes what was last written long ago', async () => {
    await using stack = await startUploadStack(backends);
    await using live = await stack.blobs.stage();
    await live.write(Buffer.from('on its way'));
    const [liveFile] = await filesBelow(stack.root);
    const abandoned = join(stack.root, 'staging', crypto.randomUUID());
    await writeFile(abandoned, 'left by a crash');
    await utimes(abandoned, new Date(), new Date(Date.now() - 2 * hourMs));
    await using _sweeper = startStagingSweeper({ blobs: stack.blobs, stagingTtlMs: hourMs, logger: quiet });
    await eventually('the volume holds 1 file', async () => (await filesBelow(stack.root)).length === 1);
    assert.deepEqual(await filesBelow(stack.root), [liveFile]);
    await live.commit();
  });
});

async function upload(stack: UploadStack): Promise<string> {
  return (await stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'duty' }), chunkOf('x')))).id;
}

/** An object as it would be had it been committed `ageMs` ago. */
async function putOld(stack: UploadStack, ageMs: number): Promise<string> {
  const time = (Date.now() - ageMs).toString(16).padStart(12, '0');
  const storageKey = `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`;
  await writeFile(join(stack.root, objectOf(storageKey)), 'x');
  return storageKey;
}

function requestedFile(blob: Blob): RequestedFile {
  return { ...newFile({ ...blob, size: 1 }), requestId: 'test' };
}

function objectOf(storageKey: string): string {
  return `objects/${storageKey.slice(-2)}/${storageKey}`;
}

/** What lies where the key says, whatever it is. */
async function contentOf({ root }: UploadStack, storageKey: string): Promise<string> {
  const { path, range } = new LocalBlobReader(root).locate(storageKey);
  const { offset = 0, length = 0 } = range ?? {};
  return (await readFile(path)).toString('utf8', offset, offset + length);
}

async function keysOf(...ids: readonly string[]): Promise<string[]> {
  return (await rows('select storage_key from files where id = any ($1)', [ids])).map((row) => String(row.storage_key));
}

async function objectsOf(...ids: readonly string[]): Promise<string[]> {
  return (await keysOf(...ids)).map(objectOf).sort();
}

async function rows(text: string, values: readonly unknown[] = []) {
  return await queryRows(backends.databaseUrl, text, values);
}

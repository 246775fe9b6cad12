import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { S3Client } from '#adapters/s3/client/client.ts';
import { S3BlobReader } from '#adapters/s3/s3-blob-reader.ts';
import { S3BlobStore } from '#adapters/s3/s3-blob-store.ts';
import type { Blob } from '#domain/blob-store.ts';
import { contentOf } from '../conformance/blob-store.ts';
import { testS3Client } from '../support/s3-client.ts';
import { s3Kinds, sharedS3Servers } from '../support/s3-server.ts';

const farAhead = new Date('2100-01-01');
const contents = Array.from({ length: 10 }, (_, n) => Buffer.alloc(1_000, n));

for (const kind of s3Kinds)
  describe(`Small files in a bucket of ${kind}`, () => {
    const open = async () => {
      const client = testS3Client(sharedS3Servers()[kind]);
      const store = new S3BlobStore(client);
      const blobs = await store.keep(contents);
      return { client, store, blobs, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
    };

    it('share an object that never changes', async () => {
      await using subject = await open();
      assert.equal((await keys(subject.client, 'segments/')).length, 1);
      assert.equal(new Set(subject.blobs.map(({ storageKey }) => storageKey.split('/')[0])).size, 1);
    });

    it('leave a segment alone of which little was removed', async () => {
      await using subject = await open();
      await removeAll(subject.store, subject.blobs.slice(0, 4));
      assert.deepEqual(await wasteful(subject.store), []);
      assert.deepEqual(await finished(subject.store), subject.blobs.slice(4));
    });

    it('move out of a segment of which half was removed, which then goes with its tombstones', async () => {
      await using subject = await open();
      const { client, store, blobs } = subject;
      await removeAll(store, blobs.slice(0, 5));
      const live = blobs.slice(5);
      assert.deepEqual(await wasteful(store), live);
      const copies = await Promise.all(live.map((blob) => store.copy(blob)));
      await removeAll(store, live);
      assert.deepEqual(await wasteful(store), []);
      assert.deepEqual(await keys(client, 'dead/'), []);
      assert.equal(new Set(copies.map((key) => key.split('/')[0])).size, (await keys(client, 'segments/')).length);
      const reader = new S3BlobReader(client);
      for (const [n, copy] of copies.entries()) assert.deepEqual(await contentOf(reader, copy), contents[n + 5]);
      for (const { storageKey } of blobs) await assert.rejects(reader.open(storageKey), { reason: 'BLOB_MISSING' });
      assert.deepEqual((await finished(store)).map(({ id }) => id).sort(), live.map(({ id }) => id).sort());
    });

    it('are read by an analysis until their segment is gone, and by nobody else once they were removed', async () => {
      await using subject = await open();
      const { client, store, blobs } = subject;
      await removeAll(store, blobs);
      const [{ storageKey } = { storageKey: '' }] = blobs;
      const analysis = new S3BlobReader(client, { readsRemoved: true });
      assert.deepEqual(await contentOf(analysis, storageKey), contents[0]);
      await assert.rejects(new S3BlobReader(client).open(storageKey), { reason: 'BLOB_MISSING' });
    });

    it('are removed together at a few requests', async () => {
      await using subject = await open();
      await removeAll(subject.store, subject.blobs);
      assert.ok((await keys(subject.client, 'dead/')).length <= 2);
    });

    it('are told apart from damage', async () => {
      await using subject = await open();
      const { client, store, blobs } = subject;
      const [segment = ''] = await keys(client, 'segments/');
      const bytes = (await client.get(segment)) ?? Buffer.alloc(0);
      bytes.writeUInt8(1, bytes.length - 1);
      await client.put(segment, bytes);
      const reader = new S3BlobReader(client);
      await assert.rejects(reader.open(blobs.at(-1)?.storageKey ?? ''), { reason: 'BLOB_DAMAGED' });
      assert.deepEqual(await contentOf(reader, blobs[0]?.storageKey ?? ''), contents[0]);
      bytes.writeUInt8(1, 20);
      await client.put(segment, bytes);
      assert.deepEqual(await finished(store), []);
      await removeAll(store, blobs);
      assert.deepEqual(await wasteful(store), []);
      assert.equal((await keys(client, 'segments/')).length, 1, 'a damaged segment is left alone');
    });
  });

async function keys(client: S3Client, begin: string): Promise<string[]> {
  return (await Array.fromAsync(client.list(begin))).flat().map(({ key }) => key);
}

async function removeAll(store: S3BlobStore, blobs: readonly Blob[]): Promise<void> {
  await Promise.all(blobs.map(({ storageKey }) => store.remove(storageKey)));
}

async function wasteful(store: S3BlobStore): Promise<Blob[]> {
  return (await Array.fromAsync(store.wasteful())).flat();
}

async function finished(store: S3BlobStore): Promise<Blob[]> {
  return (await Array.fromAsync(store.finishedBefore(farAhead))).flat();
}

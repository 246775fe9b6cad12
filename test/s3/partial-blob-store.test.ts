import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { S3PartialBlobStore } from '#adapters/s3/partial/s3-partial-blob-store.ts';
import { S3BlobReader } from '#adapters/s3/s3-blob-reader.ts';
import { S3BlobStore } from '#adapters/s3/s3-blob-store.ts';
import { partialBlobStoreConformance } from '../conformance/partial-blob-store.ts';
import { testS3Client } from '../support/s3-client.ts';
import { type S3Kind, s3Kinds, sharedS3Servers } from '../support/s3-server.ts';

const mebibyte = 2 ** 20;

for (const kind of s3Kinds) {
  partialBlobStoreConformance(`S3PartialBlobStore on ${kind}`, () => openStore(kind));

  describe(`A partial blob on ${kind}`, () => {
    it('is joined of large and small pieces, and of those that were cut', async () => {
      await using subject = await openStore(kind);
      const { partial, other } = subject;
      const bytes = randomBytes(31 * mebibyte + 5);
      const id = await partial.begin('');
      let size = 0;
      for (const [store, until, kept] of [
        [partial, 17.5, 17.5],
        [other, 18, 17.7],
        [partial, 24, 23.9],
        [other, 31, 31],
      ] as const) {
        await using opened = await store.open(id, { hashed: true });
        assert.equal(opened.size, size);
        for (let at = size; at < until * mebibyte; at += 64 * 1024)
          await opened.write(bytes.subarray(at, Math.min(at + 64 * 1024, Math.floor(until * mebibyte))));
        size = Math.floor(kept * mebibyte);
        if (kept < until) await opened.truncate(size);
        await opened.sync();
      }
      await using opened = await partial.open(id, { hashed: true });
      await opened.write(bytes.subarray(size));
      assert.equal(await opened.sha256(), createHash('sha256').update(bytes).digest('hex'));
      const { storageKey } = await opened.commit();
      await using blob = await subject.reader.open(storageKey);
      const content = Buffer.alloc(blob.size);
      await blob.read(0, content);
      assert.ok(content.equals(bytes));
    });

    it('is not changed by what a process that lost its lock still sends', async () => {
      await using subject = await openStore(kind);
      const id = await subject.partial.begin('');
      await using zombie = await subject.partial.open(id, { hashed: false });
      await zombie.write(Buffer.from('to '));
      await zombie.sync();
      await using successor = await subject.other.open(id, { hashed: false });
      await successor.write(Buffer.from('be'));
      await zombie.write(Buffer.from('XXXXXXXX'));
      await Promise.all([successor.sync(), zombie.sync()]);
      assert.equal((await subject.other.find(id))?.size, 5);
      await successor.truncate(3);
      await zombie.write(Buffer.from('YYY'));
      await zombie.sync();
      assert.equal((await subject.other.find(id))?.size, 3);
    });
  });
}

async function openStore(kind: S3Kind) {
  const client = testS3Client(sharedS3Servers()[kind]);
  return {
    partial: new S3PartialBlobStore(client),
    other: new S3PartialBlobStore(client),
    reader: new S3BlobReader(client),
    blobs: new S3BlobStore(client),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

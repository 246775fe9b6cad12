import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { S3TextStore } from '#adapters/s3/texts/s3-text-store.ts';
import { testS3Client } from '../support/s3-client.ts';
import { s3Kinds, sharedS3Servers } from '../support/s3-server.ts';

const [longAgo, farAhead] = [new Date('2020-01-01'), new Date('2100-01-01')];

describe('Texts in a bucket', () => {
  for (const kind of s3Kinds)
    it(`are kept, replaced, found by their age and removed (${kind})`, async () => {
      await using client = testS3Client(sharedS3Servers()[kind]);
      const texts = new S3TextStore(client);
      const id = randomUUIDv7();
      assert.equal(await texts.open(id), undefined);
      for (const text of ['first', 'second'.repeat(100_000)]) {
        await texts.keep(id, zstdCompressSync(text));
        const stream = await texts.open(id);
        assert.ok(stream !== undefined);
        assert.equal((await buffer(stream)).toString(), text);
      }
      assert.deepEqual(await Array.fromAsync(texts.keptBefore(longAgo)), []);
      assert.deepEqual(await Array.fromAsync(texts.keptBefore(farAhead)), [[id]]);
      await texts.remove(id);
      await texts.remove(id);
      assert.equal(await texts.open(id), undefined);
      assert.deepEqual(await Array.fromAsync(texts.keptBefore(farAhead)), []);
    });

  it('have no other name than the id of a file', async () => {
    await using client = testS3Client(sharedS3Servers().ceph);
    const texts = new S3TextStore(client);
    for (const id of ['', '..', `../${randomUUIDv7()}`]) {
      await assert.rejects(texts.keep(id, Buffer.alloc(0)), { reason: 'INTERNAL' });
      assert.equal(await texts.open(id), undefined);
      await texts.remove(id);
    }
  });
});

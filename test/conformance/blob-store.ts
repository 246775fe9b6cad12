import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { crc32c } from '@node-rs/crc32';
import type { Blob, BlobReader, BlobStore } from '#domain/blob-store.ts';

/** An empty store, and a reader of the same blobs. */
export interface BlobStoreUnderTest extends AsyncDisposable {
  readonly store: BlobStore;
  readonly reader: BlobReader;
}

const longAgo = new Date('2020-01-01');
const farAhead = new Date('2100-01-01');

/** What every BlobStore promises. `open` gives each test a store of its own. */
export function blobStoreConformance(name: string, open: () => Promise<BlobStoreUnderTest>): void {
  describe(`${name} is a BlobStore`, () => {
    it('gives back the bytes of a committed blob, whatever the chunks', async () => {
      await using subject = await open();
      const bytes = randomBytes(300_000);
      const { storageKey } = await put(
        subject.store,
        bytes.subarray(0, 1),
        bytes.subarray(1, 200_000),
        bytes.subarray(200_000),
      );
      assert.deepEqual(await contentOf(subject.reader, storageKey), bytes);
    });

    it('has no use for a chunk that was written', async () => {
      await using subject = await open();
      await using staged = await subject.store.stage();
      const bytes = randomBytes(300_000);
      for (const [from, until] of [
        [0, 1],
        [1, 5_000],
        [5_000, 200_000],
        [200_000, 300_000],
      ]) {
        const chunk = Buffer.from(bytes.subarray(from, until));
        await staged.write(chunk);
        chunk.fill(0);
      }
      assert.equal(await staged.sha256(), sha256(bytes));
      const { storageKey } = await staged.commit();
      assert.deepEqual(await contentOf(subject.reader, storageKey), bytes);
    });

    it('has no use for a chunk of a small blob either', async () => {
      await using subject = await open();
      await using staged = await subject.store.stage();
      const chunk = Buffer.from('precious');
      await staged.write(chunk);
      chunk.fill(0);
      const { storageKey } = await staged.commit();
      assert.equal((await contentOf(subject.reader, storageKey)).toString(), 'precious');
    });

    it('keeps an empty blob', async () => {
      await using subject = await open();
      const { storageKey } = await put(subject.store);
      assert.deepEqual(await contentOf(subject.reader, storageKey), Buffer.alloc(0));
    });

    it('counts and hashes what was written', async () => {
      await using subject = await open();
      await using staged = await subject.store.stage();
      assert.equal(staged.size, 0);
      assert.equal(await staged.sha256(), sha256(Buffer.alloc(0)));
      const bytes = randomBytes(2_500_000);
      await staged.write(bytes.subarray(0, 70_000));
      await staged.write(bytes.subarray(70_000));
      assert.equal(staged.size, bytes.length);
      assert.equal(await staged.sha256(), sha256(bytes));
    });

    it('shows no staged blob among the committed ones', async () => {
      await using subject = await open();
      await using staged = await subject.store.stage();
      await staged.write(Buffer.from('unfinished'));
      assert.deepEqual(await keysBefore(subject.store, farAhead), []);
      const { storageKey } = await staged.commit();
      assert.deepEqual(await keysBefore(subject.store, farAhead), [storageKey]);
    });

    it('mints a UUIDv7 when a blob is finished, and finds blobs by that time', async () => {
      await using subject = await open();
      const started = Date.now();
      const blob = await put(subject.store, Buffer.from('x'));
      assert.match(blob.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.deepEqual(await keysBefore(subject.store, new Date(started)), []);
      assert.deepEqual(await blobsBefore(subject.store, new Date(Date.now() + 1)), [blob]);
    });

    it('commits many blobs at once, each under its own key', async () => {
      await using subject = await open();
      const contents = Array.from({ length: 100 }, (_, n) => Buffer.from(`content ${n}`));
      const blobs = await Promise.all(contents.map((bytes) => put(subject.store, bytes)));
      const keys = blobs.map(({ storageKey }) => storageKey);
      assert.equal(new Set(blobs.map(({ id }) => id)).size, contents.length);
      assert.equal(new Set(keys).size, contents.length);
      for (const [n, storageKey] of keys.entries())
        assert.deepEqual(await contentOf(subject.reader, storageKey), contents[n]);
      assert.deepEqual((await keysBefore(subject.store, farAhead)).sort(), keys.sort());
    });

    it('discards without a trace, and more than once', async () => {
      await using subject = await open();
      const staged = await subject.store.stage();
      await staged.write(Buffer.from('unwanted'));
      await staged.discard();
      await staged.discard();
      assert.deepEqual(await keysBefore(subject.store, farAhead), []);
      assert.equal(await subject.store.sweepStaging(farAhead), 0);
    });

    it('keeps a committed blob that is discarded or disposed of afterwards', async () => {
      await using subject = await open();
      const staged = await subject.store.stage();
      const { storageKey } = await staged.commit();
      await staged.discard();
      await staged[Symbol.asyncDispose]();
      assert.deepEqual(await keysBefore(subject.store, farAhead), [storageKey]);
    });

    it('removes a blob, and only that one, however often it is told', async () => {
      await using subject = await open();
      const [gone, kept] = await Promise.all(
        ['a', 'b'].map(async (text) => (await put(subject.store, Buffer.from(text))).storageKey),
      );
      assert(gone !== undefined && kept !== undefined);
      await subject.store.remove(gone);
      await subject.store.remove(gone);
      assert.deepEqual(await keysBefore(subject.store, farAhead), [kept]);
      await assert.rejects(contentOf(subject.reader, gone));
    });

    it('takes no key that could lead elsewhere', async () => {
      await using subject = await open();
      const { storageKey: kept } = await put(subject.store, Buffer.from('kept'));
      for (const key of [
        '',
        '.',
        '..',
        `../${kept.slice(-2)}/${kept}`,
        `${kept}/`,
        kept.toUpperCase(),
        `x${kept}`,
        `/${kept}`,
      ]) {
        await subject.store.remove(key);
        assert.throws(() => subject.reader.locate(key), { reason: 'BLOB_MISSING' });
      }
      assert.deepEqual(await keysBefore(subject.store, farAhead), [kept]);
    });

    it('sweeps staged blobs by their last write', async () => {
      await using subject = await open();
      await using staged = await subject.store.stage();
      await staged.write(Buffer.alloc(200_000));
      const { storageKey: kept } = await put(subject.store, Buffer.from('kept'));
      assert.equal(await subject.store.sweepStaging(longAgo), 0);
      assert.equal(await subject.store.sweepStaging(farAhead), 1);
      assert.equal(await subject.store.sweepStaging(farAhead), 0);
      await assert.rejects(staged.commit());
      assert.deepEqual(await keysBefore(subject.store, farAhead), [kept]);
    });

    it('knows how much room is left', async () => {
      await using subject = await open();
      assert.ok((await subject.store.freeBytes()) > 0);
    });
  });
}

async function put(store: BlobStore, ...chunks: readonly Uint8Array[]): Promise<Blob> {
  await using staged = await store.stage();
  for (const chunk of chunks) await staged.write(chunk);
  return await staged.commit();
}

async function blobsBefore(store: BlobStore, before: Date): Promise<Blob[]> {
  const blobs = (await Array.fromAsync(store.finishedBefore(before))).flat();
  return blobs.map(({ id, storageKey }) => ({ id, storageKey }));
}

async function keysBefore(store: BlobStore, before: Date): Promise<string[]> {
  return (await blobsBefore(store, before)).map(({ storageKey }) => storageKey);
}

/** What a worker reads. @throws when the bytes are not there, or not those that were kept */
export async function contentOf(reader: BlobReader, storageKey: string): Promise<Buffer> {
  const { path, range, crc32c: sum } = reader.locate(storageKey);
  await using file = await open(path);
  const length = range?.length ?? (await file.stat()).size;
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, range?.offset ?? 0);
  assert.equal(bytesRead, length);
  if (sum !== undefined) assert.equal(crc32c(buffer), sum);
  return buffer;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

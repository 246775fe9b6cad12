import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { open as openFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { crc32c } from '@node-rs/crc32';
import type { Blob, BlobReader, BlobStore, LocalBytes } from '#domain/blob-store.ts';

/** An empty store, and a reader of the same blobs. */
export interface BlobStoreUnderTest extends AsyncDisposable {
  readonly store: BlobStore;
  readonly reader: BlobReader;
}

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

    for (const hashed of [true, false])
      it(`counts and hashes what was written${hashed ? ', as announced' : ''}`, async () => {
        await using subject = await open();
        await using staged = await subject.store.stage({ hashed });
        assert.equal(staged.size, 0);
        assert.equal(await staged.sha256(), sha256(Buffer.alloc(0)));
        const bytes = randomBytes(2_500_000);
        await staged.write(bytes.subarray(0, 70_000));
        assert.equal(await staged.sha256(), sha256(bytes.subarray(0, 70_000)));
        await staged.write(bytes.subarray(70_000));
        assert.equal(staged.size, bytes.length);
        assert.equal(await staged.sha256(), sha256(bytes));
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
    });

    it('keeps a committed blob that is discarded or disposed of afterwards', async () => {
      await using subject = await open();
      const staged = await subject.store.stage();
      const { storageKey } = await staged.commit();
      await staged.discard();
      await staged[Symbol.asyncDispose]();
      assert.deepEqual(await contentOf(subject.reader, storageKey), Buffer.alloc(0));
    });

    it('keeps copies of a blob of another store under its id, each with a key of its own', async () => {
      await using subject = await open();
      const id = '01900000-0000-7000-8000-0000000000ab';
      for (const bytes of [Buffer.from('small'), randomBytes(300_000)]) {
        const [gone, kept] = await Promise.all([copyOf(subject.store, id, bytes), copyOf(subject.store, id, bytes)]);
        assert.deepEqual([gone.id, kept.id], [id, id]);
        assert.notEqual(gone.storageKey, kept.storageKey);
        await subject.store.remove(gone.storageKey);
        await assert.rejects(contentOf(subject.reader, gone.storageKey));
        assert.deepEqual(await contentOf(subject.reader, kept.storageKey), bytes);
      }
    });

    it('removes a blob, and only that one, however often it is told', async () => {
      await using subject = await open();
      const [gone, kept] = await Promise.all(
        ['a', 'b'].map(async (text) => (await put(subject.store, Buffer.from(text))).storageKey),
      );
      assert(gone !== undefined && kept !== undefined);
      await subject.store.remove(gone);
      await subject.store.remove(gone);
      assert.equal((await contentOf(subject.reader, kept)).toString(), 'b');
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
        await assert.rejects(subject.reader.open(key), { reason: 'BLOB_MISSING' });
      }
      assert.equal((await contentOf(subject.reader, kept)).toString(), 'kept');
    });

    it('reads from any byte on, and no further than the end', async () => {
      await using subject = await open();
      for (const bytes of [randomBytes(1_000), randomBytes(300_000)]) {
        const { storageKey } = await put(subject.store, bytes);
        await using blob = await subject.reader.open(storageKey);
        assert.equal(blob.size, bytes.length);
        for (const [offset, length] of [
          [0, 10],
          [500, 400],
          [bytes.length - 7, 100],
          [bytes.length, 10],
          [bytes.length + 5, 10],
        ] as const) {
          const into = Buffer.alloc(length);
          const read = await blob.read(offset, into);
          assert.deepEqual(into.subarray(0, read), bytes.subarray(offset, offset + length));
        }
      }
    });

    it('keeps contents in their order', async () => {
      await using subject = await open();
      const contents = ['', 'a', 'b'.repeat(100_000)].map((text) => Buffer.from(text));
      const blobs = await subject.store.keep(contents.map((content) => Buffer.from(content)));
      for (const [n, { storageKey }] of blobs.entries())
        assert.deepEqual(await contentOf(subject.reader, storageKey), contents[n]);
    });
  });
}

export async function put(store: BlobStore, ...chunks: readonly Uint8Array[]): Promise<Blob> {
  await using staged = await store.stage();
  for (const chunk of chunks) await staged.write(chunk);
  return await staged.commit();
}

export async function copyOf(store: BlobStore, id: string, bytes: Uint8Array): Promise<Blob> {
  await using staged = await store.stage({ copyOf: id });
  await staged.write(bytes);
  return await staged.commit();
}

/** What a worker reads, through the handle and from the path if there is one. @throws when it is not what was kept */
export async function contentOf(reader: BlobReader, storageKey: string): Promise<Buffer> {
  await using blob = await reader.open(storageKey);
  const content = Buffer.alloc(blob.size);
  assert.equal(await blob.read(0, content), blob.size);
  if (blob.local !== undefined) await assertSame(blob.local, content);
  return content;
}

async function assertSame({ path, range, crc32c: sum }: LocalBytes, content: Buffer): Promise<void> {
  await using file = await openFile(path);
  const length = range?.length ?? (await file.stat()).size;
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, range?.offset ?? 0);
  assert.equal(bytesRead, length);
  assert.deepEqual(buffer, content);
  if (sum !== undefined) assert.equal(crc32c(buffer), sum);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

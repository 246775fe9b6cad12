import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { BlobReader, BlobStore } from '#domain/blob-store.ts';
import type { PartialBlobState, PartialBlobStore } from '#domain/partial-blob.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { contentOf } from './blob-store.ts';

/** An empty store, what it commits to, and a second one on the same volume, as another process has it. */
export interface PartialBlobStoreUnderTest extends AsyncDisposable {
  readonly partial: PartialBlobStore;
  readonly other: PartialBlobStore;
  readonly blobs: Pick<BlobStore, 'remove'> & Pick<VolumeUpkeep, 'finishedBefore'>;
  readonly reader: BlobReader;
}

const farAhead = new Date('2100-01-01');
const unknown = '01900000-0000-7000-8000-000000000000';

/** What every PartialBlobStore promises. `open` gives each test a store of its own. */
export function partialBlobStoreConformance(name: string, open: () => Promise<PartialBlobStoreUnderTest>): void {
  describe(`${name} is a PartialBlobStore`, () => {
    const bytes = randomBytes(300_000);

    it('goes on where it was, in whichever process, and makes a blob of all', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('note');
      for (const [n, partial] of [subject.partial, subject.other, subject.partial].entries())
        await write(partial, id, bytes.subarray(n * 100_000, (n + 1) * 100_000));
      assert.deepEqual(await stateOf(subject.other, id), { size: 300_000, note: 'note' });
      const blob = await using(subject.other, id, (opened) => opened.commit());
      assert.deepEqual(await contentOf(subject.reader, blob.storageKey), bytes);
      assert.deepEqual((await Array.fromAsync(subject.blobs.finishedBefore(farAhead))).flat(), [blob]);
    });

    it('knows the hash of its bytes, also when another process has written them, or some were taken back', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('');
      const hash = (partial: PartialBlobStore) => using(partial, id, (opened) => opened.sha256());
      assert.equal(await hash(subject.partial), sha256(Buffer.alloc(0)));
      await write(subject.partial, id, bytes.subarray(0, 10));
      assert.equal(await hash(subject.partial), sha256(bytes.subarray(0, 10)));
      await write(subject.other, id, bytes.subarray(10, 20));
      assert.equal(await hash(subject.other), sha256(bytes.subarray(0, 20)));
      await using(subject.other, id, (opened) => opened.truncate(5));
      await write(subject.other, id, bytes.subarray(5, 20));
      await write(subject.partial, id, bytes.subarray(20, 30));
      assert.equal(await hash(subject.partial), sha256(bytes.subarray(0, 30)));
    });

    it('can be asked for a hash before it is complete', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('');
      await using opened = await subject.partial.open(id, { hashed: true });
      await opened.write(bytes.subarray(0, 10));
      assert.equal(await opened.sha256(), sha256(bytes.subarray(0, 10)));
      await opened.write(bytes.subarray(10, 20));
      assert.equal(await opened.sha256(), sha256(bytes.subarray(0, 20)));
    });

    it('has no use for a chunk that was written', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('');
      await using opened = await subject.partial.open(id, { hashed: true });
      const chunk = Buffer.from(bytes);
      await opened.write(chunk);
      chunk.fill(0);
      assert.equal(await opened.sha256(), sha256(bytes));
      const blob = await opened.commit();
      assert.deepEqual(await contentOf(subject.reader, blob.storageKey), bytes);
    });

    it('takes back what was written from a byte on', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('');
      await write(subject.partial, id, bytes);
      await using(subject.partial, id, (opened) => opened.truncate(100));
      assert.equal((await stateOf(subject.partial, id))?.size, 100);
    });

    it('makes a blob as often as it is asked to, wherever, and keeps its bytes until it ends', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('');
      await write(subject.partial, id, bytes);
      const keys = new Set<string>();
      for (const partial of [subject.partial, subject.other])
        await using(partial, id, async (opened) => {
          for (let n = 0; n < 2; n++) keys.add((await opened.commit()).storageKey);
        });
      assert.deepEqual(await stateOf(subject.other, id), { size: 300_000, note: '' });
      await subject.partial.remove(id);
      for (const storageKey of keys) {
        assert.deepEqual(await contentOf(subject.reader, storageKey), bytes);
        await subject.blobs.remove(storageKey);
      }
    });

    it('keeps its note until another takes its place, and that alone once it has ended', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('first');
      await write(subject.partial, id, bytes);
      await subject.partial.note(id, 'second');
      assert.deepEqual(await stateOf(subject.other, id), { size: 300_000, note: 'second' });
      await subject.partial.end(id, 'third');
      await subject.partial.end(id, 'third');
      assert.deepEqual(await stateOf(subject.other, id), { size: null, note: 'third' });
      await assert.rejects(subject.partial.open(id, { hashed: false }), { reason: 'UPLOAD_NOT_FOUND' });
    });

    it('is gone once it was removed, and knows no other id', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('');
      await subject.partial.remove(id);
      await subject.partial.remove(id);
      for (const none of [id, unknown, '../objects', '', `${unknown}.json`])
        assert.equal(await subject.partial.find(none), undefined);
      assert.deepEqual(await Array.fromAsync(subject.partial.writtenBefore(farAhead)), []);
    });

    it('lists those that have not ended, with what they hold', async () => {
      await using subject = await open();
      const [id, empty, ended] = [
        await subject.partial.begin(''),
        await subject.partial.begin(''),
        await subject.partial.begin(''),
      ];
      await write(subject.partial, id, bytes);
      await subject.partial.end(ended, '');
      const listed = (await Array.fromAsync(subject.other.unfinished())).map(({ id, size }) => [id, size]);
      assert.deepEqual(
        new Map(listed as [string, number][]),
        new Map([
          [id, 300_000],
          [empty, 0],
        ]),
      );
    });

    it('finds those that were written to before a time', async () => {
      await using subject = await open();
      const id = await subject.partial.begin('');
      const { writtenAt } = (await subject.partial.find(id)) ?? {};
      assert.ok(writtenAt !== undefined);
      assert.deepEqual(await Array.fromAsync(subject.partial.writtenBefore(new Date(writtenAt.getTime() + 1))), [id]);
      assert.deepEqual(await Array.fromAsync(subject.partial.writtenBefore(new Date(writtenAt.getTime() - 1))), []);
    });
  });
}

type Opened = Awaited<ReturnType<PartialBlobStore['open']>>;

async function using<T>(partial: PartialBlobStore, id: string, work: (opened: Opened) => Promise<T>): Promise<T> {
  await using opened = await partial.open(id, { hashed: true });
  return await work(opened);
}

async function write(partial: PartialBlobStore, id: string, bytes: Uint8Array): Promise<void> {
  await using(partial, id, async (opened) => {
    await opened.write(bytes);
    await opened.sync();
  });
}

async function stateOf(
  partial: PartialBlobStore,
  id: string,
): Promise<Pick<PartialBlobState, 'size' | 'note'> | undefined> {
  const state = await partial.find(id);
  return state && { size: state.size, note: state.note };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

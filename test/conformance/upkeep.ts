import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Blob } from '#domain/blob-store.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { eventually } from '../support/eventually.ts';
import { type BlobStoreUnderTest, copyOf, put } from './blob-store.ts';

/** An empty store, and the upkeep of its volume. */
export interface VolumeUnderTest extends BlobStoreUnderTest {
  readonly upkeep: VolumeUpkeep;
  /** So many bytes of a staged blob leave something to sweep; 200,000 if absent. */
  readonly sweptBytes?: number;
}

const longAgo = new Date('2020-01-01');
const farAhead = new Date('2100-01-01');

/** What every VolumeUpkeep promises. `open` gives each test a volume of its own. */
export function upkeepConformance(name: string, open: () => Promise<VolumeUnderTest>): void {
  describe(`${name} has a VolumeUpkeep`, () => {
    it('shows no staged blob among the committed ones', async () => {
      await using subject = await open();
      await using staged = await subject.store.stage();
      await staged.write(Buffer.from('unfinished'));
      assert.deepEqual(await keysBefore(subject.upkeep, farAhead), []);
      const { storageKey } = await staged.commit();
      assert.deepEqual(await keysBefore(subject.upkeep, farAhead), [storageKey]);
    });

    it('mints a UUIDv7 when a blob is finished, and finds blobs by that time', async () => {
      await using subject = await open();
      const started = Date.now();
      const blob = await put(subject.store, Buffer.from('x'));
      assert.match(blob.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.deepEqual(await keysBefore(subject.upkeep, new Date(started)), []);
      assert.deepEqual(await blobsBefore(subject.upkeep, new Date(Date.now() + 1)), [blob]);
    });

    it('finds a copy by the time at which it was finished, however old its id is', async () => {
      await using subject = await open();
      const started = Date.now();
      const id = '01900000-0000-7000-8000-0000000000ab';
      for (const bytes of [Buffer.from('small'), Buffer.alloc(200_000)]) {
        const copy = await copyOf(subject.store, id, bytes);
        assert.deepEqual(await keysBefore(subject.upkeep, new Date(started)), []);
        assert.deepEqual(await blobsBefore(subject.upkeep, farAhead), [copy]);
        await subject.store.remove(copy.storageKey);
      }
    });

    it('discards without a trace, and more than once', async () => {
      await using subject = await open();
      const staged = await subject.store.stage();
      await staged.write(Buffer.from('unwanted'));
      await staged.discard();
      await staged.discard();
      assert.deepEqual(await keysBefore(subject.upkeep, farAhead), []);
      assert.equal(await subject.upkeep.sweepStaging(farAhead), 0);
    });

    it('sweeps staged blobs by their last write', async () => {
      await using subject = await open();
      await using staged = await subject.store.stage();
      await staged.write(Buffer.alloc(subject.sweptBytes ?? 200_000));
      const { storageKey: kept } = await put(subject.store, Buffer.from('kept'));
      assert.equal(await subject.upkeep.sweepStaging(longAgo), 0);
      // A store may still be at work on what was written.
      await eventually('the staged blob is swept', async () => (await subject.upkeep.sweepStaging(farAhead)) === 1);
      assert.equal(await subject.upkeep.sweepStaging(farAhead), 0);
      await assert.rejects(staged.commit());
      assert.deepEqual(await keysBefore(subject.upkeep, farAhead), [kept]);
    });

    it('knows how much room is left', async () => {
      await using subject = await open();
      assert.ok((await subject.upkeep.freeBytes()) > 0);
    });
  });
}

async function blobsBefore(upkeep: VolumeUpkeep, before: Date): Promise<Blob[]> {
  const blobs = (await Array.fromAsync(upkeep.finishedBefore(before))).flat();
  return blobs.map(({ id, storageKey }) => ({ id, storageKey }));
}

async function keysBefore(upkeep: VolumeUpkeep, before: Date): Promise<string[]> {
  return (await blobsBefore(upkeep, before)).map(({ storageKey }) => storageKey);
}

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { partialBlobStoreConformance } from '#test/conformance/partial-blob-store.ts';
import { testFolder } from '#test/support/start-services.ts';
import { LocalBlobReader } from '../volume/local-blob-reader.ts';
import { LocalBlobStore } from '../volume/local-blob-store.ts';
import { TwoPartialBlobStores } from './two-partial-blob-stores.ts';

partialBlobStoreConformance('TwoPartialBlobStores', openStores);

it('ends a blob in the store in which it was begun', async () => {
  await using subject = await openStores();
  const id = await subject.second.begin('note');
  {
    await using opened = await subject.partial.open(id, { hashed: false });
    await opened.write(Buffer.from('content'));
    await opened.sync();
  }
  await subject.partial.note(id, 'changed');
  const { size, note } = (await subject.second.find(id)) ?? {};
  assert.deepEqual({ size, note }, { size: 7, note: 'changed' });
  assert.deepEqual(
    (await Array.fromAsync(subject.partial.unfinished())).map((blob) => blob.id),
    [id],
  );
  await subject.partial.end(id, 'over');
  assert.equal((await subject.second.find(id))?.size, null);
  await subject.partial.begin('again', id);
  assert.equal(await subject.second.find(id), undefined);
  assert.equal((await subject.partial.find(id))?.note, 'again');
});

async function openStores() {
  await using opening = new AsyncDisposableStack();
  const [first, second] = [opening.use(await testFolder()), opening.use(await testFolder())];
  const open = async ({ path }: { readonly path: string }) => opening.use(await LocalBlobStore.open(path));
  const [blobs, before] = [await open(first), await open(second)];
  const others = [await open(first), await open(second)] as const;
  const partial = new TwoPartialBlobStores(blobs.partial, before.partial);
  const other = new TwoPartialBlobStores(others[0].partial, others[1].partial);
  const resources = opening.move();
  return {
    blobs,
    partial,
    other,
    second: before.partial,
    reader: new LocalBlobReader(first.path),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

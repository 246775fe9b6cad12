import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { LocalTextStore } from './local-text-store.ts';

const farAhead = new Date('2100-01-01');
let root: string;
let store: LocalTextStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'filemill-texts-'));
  store = new LocalTextStore(root);
});
afterEach(() => rm(root, { recursive: true }));

async function textOf(id: string): Promise<string | undefined> {
  const stream = await store.open(id);
  return stream && (await text(stream));
}

test('keeps a text, replaces it, and removes it', async () => {
  const id = randomUUIDv7();
  assert.equal(await textOf(id), undefined);
  await store.keep(id, zstdCompressSync('a text'));
  assert.equal(await textOf(id), 'a text');
  await store.keep(id, zstdCompressSync('another 文字'));
  assert.equal(await textOf(id), 'another 文字');
  await store.remove(id);
  await store.remove(id);
  assert.equal(await textOf(id), undefined);
});

test('takes no name for a path but the id of a file', async () => {
  await assert.rejects(store.keep('../../escaped', Buffer.of(1)), { reason: 'INTERNAL' });
  assert.equal(await store.open('../../escaped'), undefined);
  assert.deepEqual(await readdir(root), []);
});

test('finds texts by the time when they were kept, and clears what a crash left half-written', async () => {
  const ids = [randomUUIDv7(), randomUUIDv7()].sort();
  for (const id of ids) await store.keep(id, zstdCompressSync(id));
  const [first = ''] = ids;
  const shard = join(root, 'texts', first.slice(-2));
  await writeFile(join(shard, `${first}.left.new`), 'half');
  await utimes(join(shard, first), new Date('2020-01-01'), new Date('2020-01-01'));
  assert.deepEqual(await Array.fromAsync(store.keptBefore(new Date('2021-01-01'))), [[first]]);
  assert.deepEqual((await Array.fromAsync(store.keptBefore(farAhead))).flat().sort(), ids);
  assert.deepEqual(await readdir(shard).then((names) => names.filter((name) => name.endsWith('.new'))), []);
  assert.deepEqual(await Array.fromAsync(new LocalTextStore(join(root, 'none')).keptBefore(farAhead)), []);
});

test('leaves the earlier text when the volume refuses a new one', async () => {
  const id = randomUUIDv7();
  await store.keep(id, zstdCompressSync('earlier'));
  await assert.rejects(store.keep(id, null as unknown as Uint8Array));
  assert.equal(await textOf(id), 'earlier');
  assert.equal((await readdir(join(root, 'texts', id.slice(-2)))).length, 1);
});

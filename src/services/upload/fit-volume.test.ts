import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { createLogger } from '#platform/logger.ts';
import { testFolder } from '#test/support/start-services.ts';
import { traceCalls } from '#test/support/trace-calls.ts';
import { requireFitVolume } from './fit-volume.ts';

const quiet = createLogger('test', { level: 'silent', format: 'json' });

it('takes a volume that can all, and leaves nothing on it', async () => {
  await using folder = await testFolder();
  const root = join(folder.path, 'made', 'on', 'the', 'way');
  await requireFitVolume(root, quiet);
  assert.deepEqual(await readdir(root), []);
});

it('takes one without hard links, and tells of them', async () => {
  await using folder = await testFolder();
  using _calls = await traceCalls(folder.path, failAt('link '));
  const told: string[] = [];
  const logger = { ...quiet, warn: (text: string) => told.push(text) } as unknown as typeof quiet;
  await requireFitVolume(folder.path, logger);
  assert.match(told.join(), /hard links: There are none: .* are moved instead \(EPERM\)$/);
});

for (const [call, sentence] of [
  ['sync trial-', /Files cannot be synced, .* \(EPERM\)\. Folders cannot be synced, .* \(EPERM\)\./],
  ['rename trial-', /cannot be moved atomically between folders, .*cannot replace another/],
] as const)
  it(`refuses one on which "${call}" fails, with all that it lacks and what to do`, async () => {
    await using folder = await testFolder();
    using _calls = await traceCalls(folder.path, failAt(call));
    await assert.rejects(requireFitVolume(folder.path, quiet), (error: Error) => {
      assert.equal(error.name, 'ConfigError');
      assert.match(error.message, /^FILEMILL_STORAGE_DIR: no file could be kept safely .* Choose another volume/);
      assert.match(error.message, sentence);
      return true;
    });
    assert.deepEqual(await readdir(folder.path), []);
  });

it('refuses a folder that cannot be made', async () => {
  await using folder = await testFolder();
  await writeFile(join(folder.path, 'file'), '');
  await assert.rejects(requireFitVolume(join(folder.path, 'file', 'volume'), quiet), {
    name: 'ConfigError',
    message: /^FILEMILL_STORAGE_DIR: the folder cannot be made: ENOTDIR/,
  });
});

it('takes away what a process has left that died over this, once it is old', async () => {
  await using folder = await testFolder();
  for (const name of ['trial-old', 'trial-new']) {
    await mkdir(join(folder.path, name));
    await writeFile(join(folder.path, name, 'file'), '');
  }
  await utimes(join(folder.path, 'trial-old'), new Date(), new Date(Date.now() - 2 * 60 * 60 * 1_000));
  await requireFitVolume(folder.path, quiet);
  assert.deepEqual(await readdir(folder.path), ['trial-new']);
});

function failAt(call: string): (seen: string) => void {
  return (seen) => {
    if (seen.startsWith(call)) throw Object.assign(new Error('not on this volume'), { code: 'EPERM' });
  };
}

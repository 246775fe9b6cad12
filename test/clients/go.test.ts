import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ClientSystem, root, run, startClientSystem } from './support/client-system.ts';
import { assertPrintsTheSample, assertSnippetFindsFile } from './support/sample.ts';

const folder = `${root}/clients/go`;

describe('the Go client', () => {
  let system: ClientSystem;
  before(async () => {
    system = await startClientSystem();
  });
  after(() => system[Symbol.asyncDispose]());

  it('is formatted, and vet finds nothing', async () => {
    assert.equal(await run('gofmt', ['-l', '.'], { cwd: folder, isQuiet: true }), '');
    await run('go', ['vet', './...'], { cwd: folder });
  });

  it('runs its example', () =>
    assertPrintsTheSample((path) =>
      run('go', ['run', './examples/upload', path], { cwd: folder, env: system.env, isQuiet: true }),
    ));

  it('runs the code of the page, which is formatted', async () => {
    await using place = await mkdtempDisposable(join(tmpdir(), 'filemill-snippet-'));
    const path = join(place.path, 'main.go');
    await assertSnippetFindsFile(system, 'Go', async (code) => {
      await writeFile(path, `${code}\n`);
      assert.equal(await run('gofmt', ['-l', path], { isQuiet: true }), '');
      return await run('go', ['run', path], { cwd: folder, env: system.env, isQuiet: true });
    });
  });

  it('passes its tests', async () => {
    await run('go', ['test', '-count=1', './...'], { cwd: folder, env: system.env });
    assert.ok(system.cuts() > 4);
  });
});

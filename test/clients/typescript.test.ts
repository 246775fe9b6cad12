import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ClientSystem, root, run, startClientSystem } from './support/client-system.ts';
import { assertPrintsTheSample, assertSnippetFindsFile } from './support/sample.ts';

const folder = `${root}/clients/typescript`;

describe('the TypeScript client', () => {
  let system: ClientSystem;
  before(async () => {
    system = await startClientSystem();
  });
  after(() => system[Symbol.asyncDispose]());

  it('runs its example', () =>
    assertPrintsTheSample((path) =>
      run('node', ['examples/upload.js', path], { cwd: folder, env: system.env, isQuiet: true }),
    ));

  it('runs the code of the page', () =>
    assertSnippetFindsFile(system, 'TypeScript', (code) =>
      run('node', ['--input-type=module', '--eval', code], { cwd: folder, env: system.env, isQuiet: true }),
    ));

  it('passes its tests', async () => {
    await run('node', ['--test', 'test/*.test.ts'], { cwd: folder, env: system.env });
    assert.ok(system.cuts() > 4);
  });
});

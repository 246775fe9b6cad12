import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ClientSystem, root, run, startClientSystem } from './support/client-system.ts';
import { assertPrintsTheSample, assertSnippetFindsFile } from './support/sample.ts';

const folder = `${root}/clients/python`;

/** Where the wheel, made here, is installed with what it needs. */
describe('the Python client', () => {
  const resources = new AsyncDisposableStack();
  let system: ClientSystem;
  let python: string;
  before(async () => {
    const { path } = resources.use(await mkdtempDisposable(join(tmpdir(), 'filemill-venv-')));
    python = join(path, 'bin', 'python');
    await run('python3', ['-m', 'venv', path], {});
    const pip = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];
    await run(python, [...pip, 'wheel', '--no-deps', '--wheel-dir', path, folder], {});
    await run(
      python,
      [...pip, 'install', '--no-compile', '--find-links', path, 'filemill-client', 'httpx==0.28.1'],
      {},
    );
    system = resources.use(await startClientSystem());
  });
  after(() => resources.disposeAsync());

  for (const example of ['upload.py', 'upload_async.py'])
    it(`runs its example ${example}`, () =>
      assertPrintsTheSample((path) =>
        run(python, [`examples/${example}`, path], { cwd: folder, env: system.env, isQuiet: true }),
      ));

  it('runs the code of the page', () =>
    assertSnippetFindsFile(system, 'Python', (code) => run(python, ['-c', code], { env: system.env, isQuiet: true })));

  for (const tests of ['test_retries.py', 'test_server.py'])
    it(`passes ${tests}`, async () => {
      await run(python, ['-m', 'unittest', `tests/${tests}`], { cwd: folder, env: system.env });
    });

  it('met broken connections', () => assert.ok(system.cuts() > 4));
});

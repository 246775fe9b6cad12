import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { filemill } from '../support/cli.ts';
import { testFolder } from '../support/start-services.ts';

describe('filemill docs', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    await mkdir(join(folder, 'adr'));
    for (const name of ['index', 'security', 'adr/0006-lease-tokens'])
      await writeFile(join(folder, `${name}.html`), '');
  });
  after(() => resources.disposeAsync());

  const docs = (words: readonly string[], guide = folder) =>
    filemill(['docs', ...words], { server: 'nobody.invalid:1', env: { FILEMILL_GUIDE_DIR: guide } });

  const addresses: readonly [words: readonly string[], page: string][] = [
    [[], 'index.html'],
    [['security'], 'security.html'],
    [['Security.md'], 'security.html'],
    [['lease'], 'adr/0006-lease-tokens.html'],
  ];
  for (const [words, page] of addresses)
    it(`prints the address of ${page} for ${words.join(' ') || 'no word'}, without a server`, async () => {
      const { code, stdout } = await docs(words);
      assert.deepEqual([code, stdout], [0, `${pathToFileURL(join(folder, page)).href}\n`]);
    });

  it('names the pages when there is none of that name', async () => {
    const { code, stdout, stderr } = await docs(['nonsense']);
    assert.deepEqual([code, stdout], [4, '']);
    assert.match(stderr, /no page "nonsense"[\s\S]*index, security/);
  });

  it('says how to build the guide when it is not built', async () => {
    const { code, stderr } = await docs([], join(folder, 'nowhere'));
    assert.equal(code, 4);
    assert.match(stderr, /npm run build:docs/);
  });
});

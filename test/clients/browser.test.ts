import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { build, type Rollup } from 'vite';
import { type ClientSystem, startClientSystem } from './support/client-system.ts';

describe('the TypeScript client in Chromium', () => {
  const resources = new AsyncDisposableStack();
  let system: ClientSystem;
  let browser: Browser;
  before(async () => {
    system = resources.use(await startClientSystem());
    browser = resources.adopt(
      await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: process.getuid?.() !== 0 }),
      (open) => open.close(),
    );
  });
  after(() => resources.disposeAsync());

  it('uploads over a link that breaks, waits, downloads, lists, and says what is wrong', async () => {
    const page = await browser.newPage();
    const address = `${system.env.FILEMILL_TEST_CUTTING_URL}/application.html`;
    await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: '<!DOCTYPE html>' }));
    await page.goto(address);
    await page.addScriptTag({ content: await application(), type: 'module' });
    await page.waitForFunction('globalThis.useClient !== undefined');
    const content = randomBytes(5 * 2 ** 20 + 1);
    const given = JSON.stringify({ token: system.token, content: content.toString('base64') });
    const { told, ...seen } = (await page.evaluate(`useClient(${given})`)) as { readonly told: readonly number[] };
    assert.deepEqual(seen, {
      status: 'COMPLETED',
      filename: 'of a page.bin',
      sha256: createHash('sha256').update(content).digest('hex'),
      downloaded: content.length,
      found: [true],
      path: 'FilemillError CONTENT_UNREADABLE',
      stranger: 'FilemillError UNAUTHENTICATED',
    });
    assert.deepEqual(
      told,
      told.toSorted((one, other) => one - other),
    );
    assert.equal(told.at(-1), content.length);
    assert.ok(system.cuts() > 1);
  });
});

/** @returns a script as bundlers make it for browsers, which know no module of Node */
async function application(): Promise<string> {
  const made = (await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, rollupOptions: { input: join(import.meta.dirname, 'support/in-browser.js') } },
  })) as Rollup.RollupOutput;
  const { code } = made.output[0];
  assert.match(code, /useClient/);
  assert.doesNotMatch(code, /node:/);
  return code;
}

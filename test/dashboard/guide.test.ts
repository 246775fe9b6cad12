import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { createLogger } from '#platform/logger.ts';
import { createApp } from '../../src/services/web/app.ts';
import { createBackend } from '../../src/services/web/backend.ts';
import { readGuide } from '../../src/services/web/guide/serve-guide.ts';
import { HostList } from '../../src/services/web/http/origin-guard.ts';
import { startPathProxy } from '../support/path-proxy.ts';

const folder = join(import.meta.dirname, '..', '..', 'docs-site', 'dist');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const layoutFaults = await readFile(new URL('support/layout-faults.js', import.meta.url), 'utf8');

/** With tables, code, diagrams, pictures and long words. */
const looked = [
  'index.html',
  'start.html',
  'errors.html',
  'performance.html',
  'compare.html',
  'reference/settings.html',
  'project/architecture.html',
];

describe('the guide, as npm run build:docs made it', () => {
  const resources = new AsyncDisposableStack();
  let browser: Browser;
  let base: string;
  const complaints: string[] = [];

  before(async () => {
    const backend = resources.use(createBackend('unix:/nonexistent/filemill.sock'));
    const app = createApp({
      maxFileSize: 1,
      backend,
      hosts: HostList.of('127.0.0.1:0', ''),
      logger: createLogger('web', { level: 'silent', format: 'json' }),
      dashboard: undefined,
      guide: readGuide(folder),
    });
    base = `${await app.listen({ host: '127.0.0.1', port: 0 })}/docs/guide`;
    resources.defer(() => app.close());
    const isRoot = process.getuid?.() === 0;
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: !isRoot });
    resources.defer(() => browser.close());
  });
  after(() => resources.disposeAsync());

  async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('response', (response) => response.status() >= 400 && complaints.push(`${response.url()}: missing`));
    await page.goto(address);
    return page;
  }

  it('fits its window, and axe-core finds nothing', async () => {
    for (const path of looked) {
      const page = await open(`${base}/${path}`);
      for (const colorScheme of ['light', 'dark'] as const)
        for (const width of [360, 768, 1_440]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 844 });
          const faults = (await page.evaluate(layoutFaults)) as string[];
          if (width !== 768)
            faults.push(...(await violationsOf(page, colorScheme === 'light' ? [] : ['color-contrast'])));
          assert.deepEqual(faults, [], `${path}, ${width} px, ${colorScheme}`);
        }
      await page.context().close();
    }
    assert.deepEqual(complaints, []);
  });

  const places: Readonly<Record<string, () => Promise<string>>> = {
    'from the server': async () => `${base}/`,
    'below the path of a proxy': async () =>
      `${resources.use(await startPathProxy(new URL(base).origin)).base}/docs/guide`,
    'from the disk': async () => pathToFileURL(join(folder, 'index.html')).href,
  };
  for (const [place, address] of Object.entries(places))
    it(`finds a word, ${place}, with no connection to anywhere else`, async () => {
      const page = await open(await address());
      const foreign: string[] = [];
      const { host } = new URL(page.url());
      page.on('request', (request) => new URL(request.url()).host !== host && foreign.push(request.url()));
      await page.keyboard.press('/');
      await page.getByRole('searchbox').fill('CHECKSUM_MISMATCH');
      await page.locator('#finder li a', { hasText: 'CHECKSUM_MISMATCH' }).first().waitFor();
      assert.deepEqual(await violationsOf(page), []);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/errors.html#checksum_mismatch');
      assert.equal(await page.locator('h1').textContent(), 'Errors');
      assert.deepEqual([foreign, complaints], [[], []]);
      await page.context().close();
    });

  it('opens its menu on a telephone', async () => {
    const page = await open(`${base}/start.html`, { viewport: { width: 390, height: 844 } });
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Concepts' }).click();
    await page.getByRole('heading', { level: 1, name: 'Concepts' }).waitFor();
    await page.context().close();
  });

  it('has no link that leads nowhere', async () => {
    const broken: string[] = [];
    const pages = new Map<string, string>();
    for await (const name of glob('**/*.html', { cwd: folder }))
      pages.set(name, await readFile(join(folder, name), 'utf8'));
    const files = new Set(await Array.fromAsync(glob('**/*', { cwd: folder })));
    for (const [name, html] of pages)
      for (const [, link = ''] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
        const { protocol, pathname, hash } = new URL(link, `guide:/${name}`);
        const target = decodeURI(pathname.slice(1));
        if (protocol !== 'guide:') continue;
        const anchor = hash === '' || pages.get(target)?.includes(` id="${decodeURI(hash.slice(1))}"`) === true;
        if (!files.has(target) || !anchor) broken.push(`${name}: ${link}`);
      }
    assert.deepEqual(broken, []);
  });
});

/** @param rules none for all of them */
async function violationsOf(page: Page, rules: readonly string[] = []): Promise<string[]> {
  const options = JSON.stringify({ preload: false, ...(rules.length > 0 ? { runOnly: rules } : {}) });
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe);
  const { violations } = (await page.evaluate(`axe.run(${options})`)) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
}

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { mintToken, tokenText } from '#domain/token.ts';
import { startPathProxy } from '../support/path-proxy.ts';
import { Dashboard, untilCount } from './support/dashboard.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Of Swagger UI's own elements: docs/adr/0037. */
const ofTheLibrary = ['nested-interactive', 'heading-order', 'region', 'scrollable-region-focusable'];

const token = tokenText(mintToken());
const settings = {
  FILEMILL_AUTH: 'required',
  FILEMILL_TOKEN_KEY: 'k'.repeat(32),
  FILEMILL_ADMIN_TOKEN: token,
};

describe('the explorer of the API', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  let heard: string[];

  before(async () => {
    dashboard = resources.use(await Dashboard.start(settings));
  });
  after(() => resources.disposeAsync());

  /** Hears whatever the console says, and of every request to another host. */
  async function open(base = dashboard.stack.base, path = '/docs'): Promise<Page> {
    const page = await (await dashboard.context()).newPage();
    heard = [];
    page.on('pageerror', (error) => heard.push(String(error)));
    page.on('console', (message) => heard.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith('data:')) heard.push(request.url());
    });
    await page.goto(base + path);
    await page.getByRole('heading', { name: /Filemill/ }).waitFor();
    return page;
  }

  /** Opens an operation, sends it, and answers with the status and the body that came. */
  async function execute(page: Page, tag: string, name: string): Promise<{ status: string; body: string }> {
    const operation = page.locator(`#operations-${tag}-${name}`);
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table .response').first();
    return { status: await told(answer, '.response-col_status'), body: await told(answer, '.highlight-code') };
  }

  it('shows every group and operation, and says what one does', async () => {
    const page = await open();
    const document = await (await fetch(`${dashboard.stack.base}/api/v1/openapi.json`)).json();
    const { paths } = document as { paths: Record<string, object> };
    const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
    await untilCount(page.locator('.opblock'), operations.length);
    await page.locator('#operations-Files-listFiles .opblock-summary-control').click();
    await page.getByText('Lists files, newest first unless sorted otherwise, one page at a time.').waitFor();
    assert.deepEqual(heard, []);
    await page.context().close();
  });

  it('sends a request with the token of the caller', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    const dialog = page.locator('.auth-container', { hasText: 'bearer' }).first();
    await dialog.getByRole('textbox').fill(token);
    await dialog.getByRole('button', { name: /Apply credentials|Authorize/ }).click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    const { status, body } = await execute(page, 'Access', 'getCaller');
    assert.match(status, /^200/);
    assert.match(body, /"kind": "token"/);
    assert.deepEqual(heard, []);
    await page.context().close();
  });

  it('sends a change with the session of the page', async () => {
    const page = await open();
    await page.request.post(`${dashboard.stack.base}/api/v1/session`, { data: { token } });
    const { status, body } = await execute(page, 'Files', 'deleteFiles');
    assert.match(status, /^200/);
    assert.match(body, /NOT_FOUND/);
    assert.deepEqual(heard, []);
    await page.context().close();
  });

  it('works below the path of a proxy, and with a slash at its end', async () => {
    const { base } = resources.use(await startPathProxy(dashboard.stack.base));
    const page = await open(base, '/docs/');
    assert.equal(page.url(), `${base}/docs`);
    const { status } = await execute(page, 'System', 'livez');
    assert.match(status, /^200/);
    assert.deepEqual(heard, []);
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.waitForURL(`${base}/`);
    await page.context().close();
  });

  it('is light or dark as the browser, or as chosen on the dashboard', async () => {
    const page = await open();
    const becomes = (theme: 'dark' | 'light') =>
      page.locator(theme === 'dark' ? 'html.dark-mode' : 'html:not(.dark-mode)').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await becomes('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await becomes('light');
    await page.evaluate("localStorage.setItem('filemill-theme', 'dark')");
    await page.reload();
    await becomes('dark');
    await page.context().close();
  });

  it('fits a telephone, and has no fault that axe-core finds but those of the library', async () => {
    const page = await open();
    await page.locator('#operations-Files-listFiles .opblock-summary-control').click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [360, 768, 1_440]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 844 });
        const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.equal(tooWide, 0, `${colorScheme}, ${width} px`);
        if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe);
        const options = colorScheme === 'light' ? { preload: false } : { preload: false, runOnly: ['color-contrast'] };
        const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults;
        const found = violations.filter(({ id }) => !ofTheLibrary.includes(id));
        assert.deepEqual(
          found.map(({ id, nodes }) => [id, nodes[0]?.html]),
          [],
          `${colorScheme}, ${width} px`,
        );
      }
    await page.context().close();
  });

  it('is not loaded by the dashboard', async () => {
    const page = await (await dashboard.context()).newPage();
    const scripts: string[] = [];
    page.on('request', (request) => scripts.push(request.url()));
    await page.goto(`${dashboard.stack.base}/ui/`);
    await page.getByRole('heading').first().waitFor();
    assert.deepEqual(
      scripts.filter((url) => /swagger|docs-/.test(url)),
      [],
    );
    await page.context().close();
  });
});

async function told(answer: Locator, part: string): Promise<string> {
  return (await answer.locator(part).first().textContent())?.trim() ?? '';
}

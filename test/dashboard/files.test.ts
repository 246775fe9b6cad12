import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { insertManyFiles } from '../support/many-rows.ts';
import { Dashboard, row, untilCount, untilText } from './support/dashboard.ts';

const pageRows = 100;
/** Where the filters stand beside the list. */
const wide = { viewport: { width: 1_440, height: 900 } };

describe('the list of files', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start();
    const client = new pg.Client({ connectionString: dashboard.stack.databaseUrl });
    await client.connect();
    await insertManyFiles(client, 250);
    await client.end();
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('is searched by the server while one types, and the address keeps what was searched for', async () => {
    const page = await dashboard.open('files');
    await untilCount(filesOf(page), pageRows);
    await page.getByLabel('Search').pressSequentially('117.TXT');
    await untilCount(filesOf(page), 1);
    assert.equal(new URL(page.url()).searchParams.get('q'), '117.TXT');

    const elsewhere = await dashboard.open(`files${new URL(page.url()).search}`);
    await untilCount(filesOf(elsewhere), 1);
    assert.equal(await elsewhere.getByLabel('Search').inputValue(), '117.TXT');
    await elsewhere.getByLabel('Search').fill('no such file');
    await elsewhere.getByText('No file matches').waitFor();
    await elsewhere.getByRole('link', { name: 'Show all files' }).click();
    await untilCount(filesOf(elsewhere), pageRows);
    await page.goBack();
    await untilCount(filesOf(page), pageRows);
    assert.equal(await page.getByLabel('Search').inputValue(), '');
    await page.context().close();
    await elsewhere.context().close();
  });

  it('a search that was overtaken by another one changes nothing', async () => {
    const page = await dashboard.open('files');
    await untilCount(filesOf(page), pageRows);
    const late = Promise.withResolvers<void>();
    await page.route('**/api/v1/files?q=slow*', async (route) => {
      await late.promise;
      // The page has given it up.
      await route.continue().catch(() => undefined);
    });
    await page.getByLabel('Search').fill('slow');
    await page.waitForRequest('**/api/v1/files?q=slow*');
    await page.getByLabel('Search').fill('117.txt');
    await untilCount(filesOf(page), 1);
    late.resolve();
    await page.waitForTimeout(200);
    assert.equal(await filesOf(page).count(), 1);
    await page.context().close();
  });

  it('is narrowed by what was counted', async () => {
    const page = await dashboard.open('files', wide);
    const filters = page.getByRole('complementary', { name: 'Filters' });
    await filters.getByRole('link', { name: /^en/ }).click();
    await untilCount(filesOf(page), 19);
    await filters.getByRole('link', { name: /^Fits the type/ }).click();
    await untilCount(filesOf(page), 19);
    const asked = Object.fromEntries(new URL(page.url()).searchParams);
    assert.deepEqual(asked, { language: 'en', extension_mismatch: 'false' });
    await page.getByRole('link', { name: 'Remove Language: en' }).click();
    await page.getByRole('link', { name: 'Remove Extension of another type: no' }).click();
    await untilCount(filesOf(page), pageRows);
    await filters.getByLabel('From').fill('2031-01-01');
    await page.getByText('No file matches').waitFor();
    await page.goto(`${dashboard.stack.base}/ui/files?language=German`);
    await page.getByRole('alert').filter({ hasText: 'must be an ISO 639 code such as de' }).waitFor();
    await page.context().close();
  });

  it('is sorted by its titles, and shows the columns that one chooses', async () => {
    const page = await dashboard.open('files', wide);
    await untilCount(filesOf(page), pageRows);
    const words = async () =>
      (await page.locator('td[data-title="Words"]').allTextContents()).slice(0, 3).map((text) => Number(text));
    await page.getByRole('link', { name: 'Words', exact: true }).click();
    await page.locator('th[aria-sort="descending"]').getByText('Words').waitFor();
    await untilText(page.locator('td[data-title="Words"]').first(), '39');
    assert.deepEqual(await words(), [39, 39, 39]);
    await page.locator('th').getByRole('link', { name: 'Words' }).click();
    await page.locator('th[aria-sort="ascending"]').getByText('Words').waitFor();
    await untilText(page.locator('td[data-title="Words"]').first(), /^2\d$/);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Language' }).check();
    await page.getByRole('columnheader', { name: 'Language' }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('columns'), 'type,size,words,language,uploaded');
    await page.context().close();
  });

  it('keeps a view under a name', async () => {
    const page = await dashboard.open('files?q=+117.txt', wide);
    await page.getByRole('button', { name: 'Save view…' }).click();
    await page.getByLabel('Name of the view').fill('Mine');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.goto(`${dashboard.stack.base}/ui/files`);
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Mine' }).click();
    await untilCount(filesOf(page), 1);
    await page.getByRole('button', { name: 'Forget the view Mine' }).click();
    await page.getByRole('button', { name: 'Save view…' }).waitFor();
    await page.context().close();
  });

  it('is exported as it is filtered', async () => {
    const page = await dashboard.open('files?status=FAILED');
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'As CSV' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    assert.match(lines[0] ?? '', /^id,filename,path,status,/);
    assert.equal(lines.length, 1 + 3);
    await page.context().close();
  });

  it('moves, selects and opens by single keys, unless they are off', async () => {
    const page = await dashboard.open('files');
    await untilCount(filesOf(page), pageRows);
    const { keyboard } = page;
    await keyboard.press('j');
    await keyboard.press('j');
    await keyboard.press('k');
    await keyboard.press('j');
    await keyboard.press('x');
    assert.equal(await filesOf(page).nth(1).getByRole('checkbox').isChecked(), true);
    await page.getByText('1 file selected').waitFor();
    await keyboard.press('/');
    await keyboard.type('jx');
    assert.equal(await page.getByLabel('Search').inputValue(), 'jx');
    await keyboard.press('Escape');
    assert.equal(await page.getByLabel('Search').inputValue(), '');
    await untilCount(filesOf(page), pageRows);
    await page.getByRole('heading', { level: 1 }).focus();
    await keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys of this list' }).getByLabel('Keys are on').uncheck();
    await keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1 }).focus();
    await keyboard.press('j');
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'H1');
    await page.context().close();
  });

  it('goes back and forward as any pages do', async () => {
    const page = await dashboard.open('files');
    await page.getByRole('link', { name: 'Failed', exact: true }).click();
    await untilCount(filesOf(page), 3);
    await filesOf(page).first().getByRole('link').click();
    await untilText(page.getByRole('main'), 'FAILED');
    await page.goBack();
    await untilCount(filesOf(page), 3);
    await page.goBack();
    await untilCount(filesOf(page), pageRows);
    await page.goForward();
    await untilCount(filesOf(page), 3);
    await page.context().close();
  });

  it('is turned page by page, each file on one of them', async () => {
    const page = await dashboard.open('files');
    const seen: string[] = [];
    for (const rows of [pageRows, pageRows, 250 - 2 * pageRows]) {
      await untilCount(filesOf(page), rows);
      seen.push(...(await page.getByRole('rowheader').allTextContents()));
      if (seen.length === 250) break;
      await page.getByRole('link', { name: 'Next page' }).click();
      await row(page, seen.at(-1) ?? '').waitFor({ state: 'detached' });
    }
    assert.equal(new Set(seen).size, 250);
    assert.equal(await page.getByRole('link', { name: 'Next page' }).count(), 0);
    await page.getByRole('link', { name: 'First page' }).click();
    await row(page, ' 250.txt').waitFor();
    await page.context().close();
  });

  it('is changed as a whole, by what it is filtered by', async () => {
    const page = await dashboard.open('files?status=PENDING&q=2', wide);
    await page.getByLabel('Select all files of this page').check();
    const gone = Number(/^\d+/.exec((await page.getByText(/^\d+ files?,/).textContent()) ?? '')?.[0]);
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText(`${gone} files deleted.`).waitFor();
    await page.getByText('No file matches').waitFor();

    await page.goto(`${dashboard.stack.base}/ui/files?status=COMPLETED`);
    await page.getByLabel('Select all files of this page').check();
    await page.getByRole('button', { name: 'Select all that match' }).click();
    await page.getByText(/^1\d\d files selected$/).waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText(/^1\d\d files deleted\.$/).waitFor();
    await page.getByText('No file matches').waitFor();
    await page.context().close();
  });

  it('is narrowed by batch, to which the page of a file leads too', async () => {
    const page = await dashboard.open('files', wide);
    await filesOf(page).first().waitFor();
    assert.equal(await page.getByLabel('Batch').count(), 0);
    for (const name of ['march.csv', 'april.csv'])
      await fetch(`${dashboard.stack.base}/files/${name}?batch=ledgers`, { method: 'PUT', body: name });
    await page.reload();
    await page.getByLabel('Batch').selectOption('ledgers');
    await untilCount(filesOf(page), 2);
    await page.getByRole('link', { name: 'april.csv' }).click();
    await page.getByRole('link', { name: 'ledgers' }).click();
    await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();
    await untilCount(filesOf(page), 2);
    await page.getByRole('link', { name: 'Remove Batch: ledgers' }).click();
    await page.getByText('march.csv').waitFor();
    assert.equal(new URL(page.url()).search, '');
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

/** Its rows below the titles. */
function filesOf(page: Page) {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader') });
}

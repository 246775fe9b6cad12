import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { insertManyFiles } from '../support/many-rows.ts';
import { Dashboard, fact, row, untilCount, untilText } from './support/dashboard.ts';

const pageRows = 100;

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

  it('is searched by the server, and the address keeps what was searched for', async () => {
    const page = await dashboard.open('files');
    await untilCount(filesOf(page), pageRows);
    await page.getByLabel('Name contains').fill('117.TXT');
    await page.getByRole('button', { name: 'Search' }).click();
    await untilCount(filesOf(page), 1);
    assert.equal(new URL(page.url()).searchParams.get('name'), '117.TXT');

    const elsewhere = await dashboard.open(`files${new URL(page.url()).search}`);
    await untilCount(filesOf(elsewhere), 1);
    assert.equal(await elsewhere.getByLabel('Name contains').inputValue(), '117.TXT');
    await elsewhere.getByLabel('State').selectOption('FAILED');
    await elsewhere.getByRole('button', { name: 'Search' }).click();
    await elsewhere.getByText('No file matches.').waitFor();
    await elsewhere.getByRole('link', { name: 'Show all files' }).click();
    await untilCount(filesOf(elsewhere), pageRows);
    await page.context().close();
    await elsewhere.context().close();
  });

  it('is searched by what was found', async () => {
    const page = await dashboard.open('files');
    await page.getByLabel('Language').fill('EN');
    await page.getByRole('button', { name: 'Search' }).click();
    await untilCount(filesOf(page), 19);
    await page.getByText('More filters').click();
    await page.getByLabel('Encrypted').selectOption('yes');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('No file matches.').waitFor();
    assert.equal(await page.getByLabel('Encrypted').inputValue(), 'true');
    await page.getByLabel('Encrypted').selectOption('no');
    await page.getByLabel('Extension').selectOption('fits the type');
    await page.getByRole('button', { name: 'Search' }).click();
    await untilCount(filesOf(page), 19);
    const asked = Object.fromEntries(new URL(page.url()).searchParams);
    assert.deepEqual(asked, { language: 'EN', encrypted: 'false', extension_mismatch: 'false' });
    await page.getByLabel('Language').fill('German');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('alert').filter({ hasText: 'must be an ISO 639 code such as de' }).waitFor();
    await page.context().close();
  });

  it('goes back and forward as any pages do', async () => {
    const page = await dashboard.open('files');
    await page.getByLabel('State').selectOption('FAILED');
    await page.getByRole('button', { name: 'Search' }).click();
    await untilCount(filesOf(page), 3);
    await filesOf(page).first().getByRole('link').click();
    await untilText(fact(page, 'State'), 'FAILED');
    await page.goBack();
    await untilCount(filesOf(page), 3);
    await page.goBack();
    await untilCount(filesOf(page), pageRows);
    assert.equal(await page.getByLabel('State').inputValue(), '');
    await page.goForward();
    await untilCount(filesOf(page), 3);
    assert.equal(await page.getByLabel('State').inputValue(), 'FAILED');
    await page.context().close();
  });

  it('is turned page by page, each file on one of them', async () => {
    const page = await dashboard.open('files');
    const seen: string[] = [];
    for (const rows of [pageRows, pageRows, 250 - 2 * pageRows]) {
      await untilCount(filesOf(page), rows);
      seen.push(...(await page.getByRole('rowheader').allTextContents()));
      if (seen.length === 250) break;
      await page.getByRole('link', { name: 'Older files' }).click();
      await row(page, seen.at(-1) ?? '').waitFor({ state: 'detached' });
    }
    assert.equal(new Set(seen).size, 250);
    assert.equal(await page.getByRole('link', { name: 'Older files' }).count(), 0);
    await page.getByRole('link', { name: 'Newest files' }).click();
    await row(page, ' 250.txt').waitFor();
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

/** Its rows below the titles. */
function filesOf(page: Page) {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader') });
}

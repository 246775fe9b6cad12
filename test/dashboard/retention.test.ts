import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Dashboard, row } from './support/dashboard.ts';

describe('the retention page', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start();
    await dashboard.stack.start('worker');
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('shows what a rule will remove before it acts, and lets it act', async () => {
    const id = await dashboard.upload('old.txt', 'some words');
    const page = await dashboard.open(`files/${id}`);
    await page.getByRole('definition').getByText('COMPLETED').waitFor();
    await dashboard.stack.query(`update results set id = uuidv7(interval '-9 days') where file_id = $1`, [id]);

    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('There is no rule').waitFor();
    await page.getByLabel('Days to keep files and results').fill('365');
    await page.getByLabel('Days to keep their bytes').fill('7');
    await page.getByRole('button', { name: 'Set rule' }).click();
    const rule = row(page, 'all files of all tenants');
    for (const text of ['365 days', '7 days', 'only the bytes of 1, 10 bytes'])
      await rule.getByText(text, { exact: true }).waitFor();

    await rule.getByRole('button', { name: 'Act now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Act now' }).click();
    await page.getByText('The rule for all files of all tenants acts.').waitFor();
    await page.goto(`${dashboard.stack.base}/ui/files/${id}`);
    await page.getByText('Bytes kept until').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Download' }).count(), 0);

    await page.getByRole('link', { name: 'Settings' }).click();
    await rule.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await rule.getByText('removed; its files stay until').waitFor();
    await page.context().close();
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Dashboard, row } from './support/dashboard.ts';

describe('what operators do from the page', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start();
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('a worker is drained after a question, resumed, and both are in the audit', async () => {
    await using _worker = await dashboard.stack.start('worker', { FILEMILL_WORKER_NAME: 'analyst' });
    const page = await dashboard.open('workers');
    const worker = row(page, 'analyst');
    await worker.getByText('WORKING').waitFor();
    await worker.getByRole('button', { name: 'Drain… analyst' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drain', exact: true }).click();
    await page.getByText('analyst takes no more files.').waitFor();
    await worker.getByText('DRAINED').waitFor();
    await dashboard.upload('waits.txt', 'for a worker');
    await page.getByText('Waiting: 1 file.').waitFor();
    await worker.getByRole('button', { name: 'Resume analyst' }).click();
    await worker.getByText('WORKING').waitFor();

    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Audit' }).click();
    await row(page, 'resume_worker').getByText('analyst').waitFor();
    await page.getByLabel('Action').selectOption('drain_worker');
    await row(page, 'resume_worker').waitFor({ state: 'detached' });
    await row(page, 'drain_worker').getByText('analyst').waitFor();
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

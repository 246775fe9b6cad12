import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { failFiles } from '../support/cluster.ts';
import { Dashboard, row, untilCount } from './support/dashboard.ts';

describe('files that failed', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start({ FILEMILL_PACK_BELOW: '0', FILEMILL_MAX_ATTEMPTS: '1' });
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('are grouped by reason, explained, and retried together once the cause is gone', async () => {
    await dashboard.upload('lost-a.txt', 'first');
    await dashboard.upload('lost-b.txt', 'second');
    const { storageDir } = dashboard.stack;
    await rename(`${storageDir}/objects`, `${storageDir}/mislaid`);
    await using _worker = await dashboard.stack.start('worker');

    const page = await dashboard.open('failures');
    await page.getByRole('heading', { name: 'blob_missing: 2 files' }).waitFor();
    await page.getByRole('list', { name: 'Examples of blob_missing' }).getByText('lost-a.txt').waitFor();
    await page.getByRole('img', { name: 'blob_missing over the last 14 days' }).waitFor();
    await page.getByRole('link', { name: 'Show the files with blob_missing' }).click();
    await row(page, 'lost-a.txt').getByText('FAILED').waitFor();
    assert.equal(new URL(page.url()).search, '?status=FAILED&error_code=blob_missing');
    await page.getByRole('link', { name: 'lost-b.txt' }).click();
    await page.getByRole('heading', { name: 'Failed: blob_missing' }).waitFor();
    await row(page, 'blob_missing').getByText('FAILED').waitFor();

    await rename(`${storageDir}/mislaid`, `${storageDir}/objects`);
    await page.getByRole('link', { name: 'Failures' }).click();
    await page.getByRole('button', { name: 'Retry 2 with blob_missing' }).click();
    await page.getByText('2 files with blob_missing retried.').waitFor();
    await page.getByText('No file has failed').waitFor();
    await page.getByRole('link', { name: 'Files', exact: true }).click();
    await untilCount(page.getByRole('row').filter({ hasText: 'lost-' }).getByText('COMPLETED'), 2);
    await page.context().close();
  });

  it('are retried and deleted by selection, after a question', async () => {
    const names = ['doomed-a.txt', 'doomed-b.txt', 'doomed-c.txt'];
    const ids: string[] = [];
    for (const name of names) ids.push(await dashboard.upload(name, name));
    await failFiles(dashboard.stack, ids);
    const page = await dashboard.open('files?name=doomed');
    const dialog = page.getByRole('dialog');
    for (const name of names.slice(0, 2)) await page.getByLabel(`Select ${name}`).check();
    await page.getByRole('button', { name: 'Retry failed…' }).click();
    await dialog.getByRole('heading', { name: 'Retry 2 files?' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await page.getByRole('row').getByText('FAILED').count(), 3);

    await page.getByRole('button', { name: 'Retry failed…' }).click();
    await dialog.getByRole('button', { name: 'Retry', exact: true }).click();
    await untilCount(page.getByRole('row').getByText('PENDING'), 2);
    await row(page, 'doomed-c.txt').getByText('FAILED').waitFor();

    await page.getByLabel('Select all files of this page').check();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await dialog.getByRole('heading', { name: 'Delete 3 files?' }).waitFor();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No file matches').waitFor();
    const left = await fetch(`${dashboard.stack.base}/api/v1/files?name=doomed`);
    assert.deepEqual(((await left.json()) as { files: unknown[] }).files, []);
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

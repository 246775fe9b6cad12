import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from '#contract/schemas.ts';
import { Dashboard } from './support/dashboard.ts';

/** Of the slow way, few: the test waits for them. */
const [many, few] = [1_000, 200];

describe('many small files from the page', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start();
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('share requests, and are kept under their names, each once', async (test) => {
    const page = await dashboard.open('upload');
    const forms: string[] = [];
    const single: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/v1/files')) forms.push(request.url());
      if (request.method() === 'PUT') single.push(request.url());
    });
    const together = await secondsFor(many, 'together', (n) => `small ${n}.txt`);
    assert.ok(forms.length <= many / 100 + 1, `${forms.length} forms`);
    assert.equal(single.length, 0);
    await page.getByRole('button', { name: 'Clear what has ended' }).click();
    // Names that a form could not carry are sent one by one.
    const alone = await secondsFor(few, 'alone', (n) => `one by one ${n} 100%.txt`);
    assert.equal(single.length, few);
    test.diagnostic(`${Math.round(many / together)} files/s together, ${Math.round(few / alone)} one by one`);
    const stats = (await (await fetch(`${dashboard.stack.base}/api/v1/stats`)).json()) as Json<'Stats'>;
    assert.equal(stats.statuses.PENDING?.files, many + few);
    const found = await fetch(`${dashboard.stack.base}/api/v1/files?${new URLSearchParams({ name: 'small 7.txt' })}`);
    const [{ filename, size } = { filename: '', size: 0 }] = ((await found.json()) as Json<'FilesPage'>).files;
    assert.deepEqual([filename, size], ['small 7.txt', 'together 7'.length]);
    await page.context().close();

    async function secondsFor(files: number, content: string, nameOf: (n: number) => string): Promise<number> {
      const chosen = Array.from({ length: files }, (_, n) => ({
        name: nameOf(n),
        mimeType: 'text/plain',
        buffer: Buffer.from(`${content} ${n}`),
      }));
      await page.getByLabel('Files', { exact: true }).setInputFiles(chosen);
      const since = performance.now();
      await page.getByText(`${files.toLocaleString('en')} files, none left to send`).waitFor();
      return (performance.now() - since) / 1_000;
    }
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

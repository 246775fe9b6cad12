import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { ResultJson } from '#contract/schemas.ts';
import { fileSnippets } from '../../dashboard/src/file-snippets.ts';
import { Dashboard, fact, row, untilText } from './support/dashboard.ts';
import { documentOutput, replaceOutput } from './support/document-output.ts';

const documentFacts = {
  Type: 'PDF document (application/pdf)',
  'Detected by': 'signature, certain',
  Words: '1,234 in the document',
  Language: 'German (de)',
  Pages: '12',
  Contents: '3 files, 1 folder',
  Pixels: '4,000 × 3,000',
  Duration: '2 min 5 s',
};

describe('the page of a file', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start({ FILEMILL_PUBLIC_GRPC: 'files.example:443' });
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('follows the file from PENDING to what was found, by which worker, and when', async () => {
    const id = await dashboard.upload('poem.txt', 'shall I compare thee\nto a summer’s day');
    const page = await dashboard.open(`files/${id}`);
    await untilText(fact(page, 'State'), 'PENDING');
    await untilText(fact(page, 'Request id'), /^[\w-]+$/);
    await page.getByText('No worker has claimed this file yet.').waitFor();

    await using _worker = await dashboard.stack.start('worker', { FILEMILL_WORKER_NAME: 'the-only-one' });
    await untilText(fact(page, 'State'), 'COMPLETED');
    await untilText(fact(page, 'Words'), '8');
    await untilText(fact(page, 'Lines'), '1');
    const attempt = row(page, 'the-only-one');
    await attempt.getByText('COMPLETED').waitFor();
    assert.match((await attempt.getByRole('cell').last().textContent()) ?? '', /^\d+ m?s$/);
    const shown = JSON.parse((await page.locator('pre').textContent()) ?? '') as ResultJson['output'];
    assert.deepEqual([shown.word_count, shown.charset], [8, 'utf-8']);
    await page.context().close();
  });

  it('tells what was found in a document, and what should not be overlooked', async () => {
    const id = await dashboard.upload('report.txt', 'one two');
    await using _worker = await dashboard.stack.start('worker');
    const page = await dashboard.open(`files/${id}`);
    await untilText(fact(page, 'State'), 'COMPLETED');
    const show = async (output: object) => {
      await replaceOutput(dashboard.stack.databaseUrl, id, output);
      await page.reload();
      await page.getByRole('heading', { name: 'Result' }).waitFor();
    };
    await show(documentOutput);
    await page.getByText('.txt is the extension of another type; the content is: PDF document.').waitFor();
    await page.getByText('The archive was not listed (timeout): It took too long.').waitFor();
    await page.getByRole('heading', { name: 'Document' }).waitFor();
    for (const [name, text] of Object.entries(documentFacts)) assert.equal(await fact(page, name).textContent(), text);
    await show({ schema: 1, mime_type: 'text/plain', word_count: 5, charset: 'us-ascii', sha256: 'ab', size: 9 });
    assert.equal(await fact(page, 'Type').textContent(), 'text/plain');
    assert.equal(await page.getByLabel('Notes').count(), 0);
    await page.context().close();
  });

  it('says what it is in a sentence, what happened to it, and where else the same content is', async () => {
    const id = await dashboard.upload('first.txt', 'the very same words');
    const again = await dashboard.upload('second.txt', 'the very same words');
    await using _worker = await dashboard.stack.start('worker', { FILEMILL_WORKER_NAME: 'teller' });
    const page = await dashboard.open(`files/${again}`);
    await untilText(page.getByRole('main'), 'Plain text with 4 words, 19 bytes.');
    const steps = page.getByRole('region', { name: 'Timeline' }).getByRole('listitem');
    await steps.nth(2).waitFor();
    assert.deepEqual(
      (await steps.locator('strong').allTextContents()).map((text) => text.trim()),
      ['Accepted', 'Claimed', 'Analysed and saved'],
    );
    await untilText(steps.nth(1), /By teller, after a wait of \d+/);
    await untilText(steps.nth(2), /after the upload, by .*text \d/);
    await page.reload();
    await page
      .getByRole('region', { name: 'The same content elsewhere' })
      .getByRole('link', { name: 'first.txt' })
      .click();
    await page.getByRole('heading', { level: 1, name: 'first.txt' }).waitFor();
    assert.match(page.url(), new RegExp(id));
    await page.context().close();
  });

  it('shows a text and an image when asked to, and runs nothing of them', async () => {
    await using _worker = await dashboard.stack.start('worker');
    const script = '<script>document.title = "run"</script> words';
    const page = await dashboard.open(`files/${await dashboard.upload('page.html', script)}`);
    await page.getByRole('button', { name: 'Show the text' }).click();
    await untilText(page.getByRole('region', { name: 'Text' }), script);
    assert.doesNotMatch(await page.title(), /^run/);
    const dot = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const kept = await fetch(`${dashboard.stack.base}/files/dot.png`, { method: 'PUT', body: dot });
    await page.goto(`${dashboard.stack.base}/ui/files/${((await kept.json()) as { id: string }).id}`);
    await page.getByRole('button', { name: 'Show the image' }).click();
    const image = page.getByRole('img', { name: 'Preview of dot.png' });
    await image.waitFor();
    await page.waitForFunction('document.querySelector("img.preview").naturalWidth === 1');
    await page.context().close();
  });

  it('names the path where it says more than the name', async () => {
    const keep = async (path: string) => {
      const answer = await fetch(`${dashboard.stack.base}/files/page.txt?${new URLSearchParams({ path })}`, {
        method: 'PUT',
        body: 'content',
      });
      return ((await answer.json()) as { id: string }).id;
    };
    for (const [path, shown] of [
      ['page.txt', 0],
      ['book/page.txt', 1],
    ] as const) {
      const page = await dashboard.open(`files/${await keep(path)}`);
      await fact(page, 'Id').waitFor();
      assert.equal(await fact(page, 'Path').count(), shown, path);
      await page.context().close();
    }
  });

  it('gives commands and code that reach this server, to be copied', async () => {
    const id = await dashboard.upload('copied.txt', 'copy me');
    const page = await dashboard.open(`files/${id}`, { permissions: ['clipboard-read', 'clipboard-write'] });
    const copied = async (name: string) => {
      await page.getByRole('tab', { name, exact: true }).click();
      await page.getByRole('button', { name: `Copy for ${name}` }).click();
      await page.getByRole('status').filter({ hasText: 'Copied' }).first().waitFor();
      return String(await page.evaluate('navigator.clipboard.readText()'));
    };
    assert.equal(await copied('CLI'), `npx filemill get --server files.example:443 ${id}`);
    for (const client of ['TypeScript', 'Python', 'Go'] as const)
      assert.equal(await copied(client), fileSnippets[client]({ id, url: dashboard.stack.base }));
    assert.match(await copied('grpcurl'), /files\.example:443 filemill\.v1\.MetadataService\/GetFiles$/);
    const [curl, address = ''] = (await copied('curl')).split(' ');
    assert.equal(curl, 'curl');
    assert.equal((await fetch(address)).status, 404, 'there is no result without a worker');
    await using _worker = await dashboard.stack.start('worker');
    await untilText(fact(page, 'State'), 'COMPLETED');
    assert.equal((await fetch(address)).status, 200);
    await page.context().close();
  });

  it('moves among them by the arrow keys, and keeps the one that was chosen for the next file', async () => {
    const page = await dashboard.open(`files/${await dashboard.upload('keys.txt', 'press me')}`);
    const tab = (name: string) => page.getByRole('tab', { name, exact: true });
    await tab('CLI').focus();
    const moves = { ArrowRight: 'curl', End: 'grpcurl', Home: 'CLI', ArrowLeft: 'grpcurl' };
    for (const [key, name] of [...Object.entries(moves), ['ArrowRight', 'CLI'], ['ArrowRight', 'curl']] as const) {
      await page.keyboard.press(key);
      await page.getByRole('tabpanel', { name, exact: true }).waitFor();
      const [focused, selected] = [page.locator('[role=tab]:focus'), page.locator('[role=tab][aria-selected=true]')];
      assert.deepEqual([await focused.textContent(), await selected.allTextContents()], [name, [name]], key);
    }
    await page.keyboard.press('Tab');
    assert.equal(await page.locator('button:focus').getAttribute('aria-label'), 'Copy for curl');
    await page.getByRole('link', { name: 'Files' }).first().click();
    await page.getByRole('link', { name: 'copied.txt' }).click();
    await page.getByRole('tabpanel', { name: 'curl' }).waitFor();
    await page.context().close();
  });

  it('gives the bytes back, as a download under the name of the file, and opens nothing', async () => {
    const content = '<script>document.title = "run"</script>';
    const page = await dashboard.open(`files/${await dashboard.upload('page.html', content)}`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'page.html');
    assert.equal(await readFile(await download.path(), 'utf8'), content);
    assert.match(await page.title(), /page\.html/);
    await page.context().close();
  });

  it('says that a file is not there, or not there any more', async () => {
    const page = await dashboard.open('files/019aaf00-0000-7000-8000-000000000000');
    await page.getByRole('alert').filter({ hasText: 'No file has the id' }).waitFor();
    const id = await dashboard.upload('short-lived.txt', 'gone soon');
    const other = await dashboard.open(`files/${id}`);
    await other.getByRole('button', { name: 'Delete…' }).click();
    await other.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await other.getByText('This file was deleted.').waitFor();
    await page.context().close();
    await other.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

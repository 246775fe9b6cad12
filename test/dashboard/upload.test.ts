import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FileJson } from '#contract/schemas.ts';
import { eventually } from '../support/eventually.ts';
import { startPathProxy } from '../support/path-proxy.ts';
import { testFolder } from '../support/start-services.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

import { Dashboard, drop, fact, row, untilText } from './support/dashboard.ts';

describe('uploading from the page', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  let folder: string;
  before(async () => {
    dashboard = resources.use(await Dashboard.start());
    await dashboard.stack.start('worker');
    folder = resources.use(await testFolder()).path;
  });
  after(() => resources.disposeAsync());

  it('a chosen file becomes a row, is COMPLETED, and leads to what was found', async () => {
    const page = await dashboard.open('upload');
    const buffer = Buffer.from('three short words');
    await page
      .getByLabel('Files', { exact: true })
      .setInputFiles({ name: 'chosen.txt', mimeType: 'text/plain', buffer });
    await row(page, 'chosen.txt').getByText('COMPLETED').waitFor();
    await page.getByRole('link', { name: 'chosen.txt' }).click();

    await page.getByRole('heading', { level: 1, name: 'chosen.txt' }).waitFor();
    await untilText(fact(page, 'Words'), '3');
    await untilText(fact(page, 'SHA-256'), createHash('sha256').update(buffer).digest('hex'));
    await page.context().close();
  });

  it('a folder that is dropped is uploaded with all it holds', async () => {
    const letters = join(folder, 'letters');
    await mkdir(join(letters, 'old'), { recursive: true });
    await writeFile(join(letters, 'first.txt'), 'dear all');
    await writeFile(join(letters, 'old', 'second.txt'), 'yours sincerely');
    const page = await dashboard.open('upload');
    await drop(page, [letters]);
    await row(page, 'letters/first.txt').getByText('COMPLETED').waitFor();
    await row(page, 'letters/old/second.txt').getByText('COMPLETED').waitFor();
    await page.context().close();
  });

  it('what is dropped on any page is uploaded, and the tray stays while other pages are looked at', async () => {
    const path = join(folder, 'dropped-anywhere.txt');
    await writeFile(path, 'four words on workers');
    const page = await dashboard.open('workers');
    await drop(page, [path], page.getByRole('heading', { level: 1 }));
    const tray = page.getByRole('complementary', { name: 'Uploads' });
    await tray.getByText('1 file, none left to send').waitFor();
    await page.getByRole('link', { name: 'Files', exact: true }).click();
    await tray.getByText('1 file, none left to send').waitFor();
    await row(page, 'dropped-anywhere.txt').getByText('COMPLETED').waitFor();
    await tray.getByRole('link', { name: 'Each of them' }).click();
    await row(page, 'dropped-anywhere.txt').getByText('COMPLETED').waitFor();
    await tray.waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('the tray says what was refused, and sends it again', async () => {
    const page = await dashboard.open('upload');
    await page.route('**/files/refused.txt', (route) => route.fulfill({ status: 413, body: 'too large' }));
    await page.route('**/uploads', (route) => route.fulfill({ status: 403, body: 'no' }));
    const file = { name: 'refused.txt', mimeType: 'text/plain', buffer: Buffer.from('one two') };
    await page.getByLabel('Files', { exact: true }).setInputFiles(file);
    await page.getByText('1 not uploaded').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    const tray = page.getByRole('complementary', { name: 'Uploads' });
    await tray.getByRole('listitem').filter({ hasText: 'refused.txt' }).waitFor();
    await page.unrouteAll();
    await tray.getByRole('button', { name: 'Send 1 again' }).click();
    await tray.getByText('1 file, none left to send').waitFor();
    await tray.getByText('not uploaded').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('an upload that loses the network goes on when it is back, and is kept once', async () => {
    await using network = await TcpProxy.start(Number(new URL(dashboard.stack.base).port));
    const page = await dashboard.open('upload', { base: `http://${network.address}` });
    const content = randomBytes(8 * 2 ** 20);
    const path = join(folder, 'interrupted.bin');
    await writeFile(path, content);
    const failed = network.sends(2 * 2 ** 20).then(() => network.fail());
    await page.getByLabel('Files', { exact: true }).setInputFiles(path);
    await failed;
    await page.getByRole('alert').filter({ hasText: 'The connection to the server is lost' }).waitFor();
    assert.equal(await row(page, 'interrupted.bin').getByText('COMPLETED').count(), 0);

    network.restore();
    await row(page, 'interrupted.bin').getByText('COMPLETED').waitFor();
    const answer = await fetch(`${dashboard.stack.base}/api/v1/files?name=interrupted`);
    const { files } = (await answer.json()) as { files: FileJson[] };
    const sha256 = createHash('sha256').update(content).digest('hex');
    assert.deepEqual(
      files.map((file) => [file.status, file.sha256]),
      [['COMPLETED', sha256]],
    );
    await page.context().close();
  });

  it('an upload whose file changes is refused, and nothing of it stays', async () => {
    await using network = await TcpProxy.start(Number(new URL(dashboard.stack.base).port));
    const page = await dashboard.open('upload', { base: `http://${network.address}` });
    const path = join(folder, 'changing.bin');
    await writeFile(path, randomBytes(20 * 2 ** 20));
    const failed = network.sends(4 * 2 ** 20).then(() => network.fail());
    await page.getByLabel('Files', { exact: true }).setInputFiles(path);
    await failed;
    await page.getByRole('alert').filter({ hasText: 'The connection to the server is lost' }).waitFor();
    assert.equal((await unfinished(dashboard)).length, 1);

    await writeFile(path, 'other');
    network.restore();
    await row(page, 'changing.bin').getByText('The file changed since it was chosen').waitFor();
    await eventually('no unfinished upload is left', async () => (await unfinished(dashboard)).length === 0);
    await page.context().close();
  });

  it('works below a path of a proxy that does not tell of it', async () => {
    await using proxy = await startPathProxy(dashboard.stack.base);
    const page = await dashboard.open('upload', { base: proxy.base });
    for (const [name, size] of [
      ['small-below.bin', 10],
      ['large-below.bin', 10 * 2 ** 20],
    ] as const) {
      const path = join(folder, name);
      await writeFile(path, randomBytes(size));
      await page.getByLabel('Files', { exact: true }).setInputFiles(path);
      await row(page, name).getByText('COMPLETED').waitFor();
    }
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

/** Bytes of uploads on the volume, by name. */
async function unfinished({ stack }: Dashboard): Promise<string[]> {
  const names = await readdir(join(stack.storageDir, 'resumable'));
  return names.filter((name) => !name.endsWith('.json'));
}

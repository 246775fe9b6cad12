/**
 * `node test/dashboard/screenshots.ts [FOLDER]`: pictures of the dashboard, as it was built last, with files that went
 * through it just now. Two of them are in docs/images.
 */

import { mkdir, mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { failFiles } from '../support/cluster.ts';
import { Dashboard, row } from './support/dashboard.ts';

const folder = process.argv[2] ?? join(tmpdir(), 'filemill-screenshots');
const samples = join(import.meta.dirname, '..', '..', 'testdata');
/** So long files come in, for the curves of the overview. */
const trafficMs = 110_000;

await mkdir(folder, { recursive: true });
await using data = await mkdtempDisposable(join(tmpdir(), 'filemill-screenshots-'));
await using postgres = await startEmbeddedPostgres({ dataDir: data.path });
await using dashboard = await Dashboard.start({ FILEMILL_PUBLIC_GRPC: '127.0.0.1:50051' }, postgres.adminUrl);
const { stack } = dashboard;

const failed = await Promise.all(['scan 0117.tiff', 'scan 0118.tiff', 'broken archive.zip'].map(uploadText));
await failFiles(stack, failed);
for (const name of ['analyst-1', 'analyst-2']) await stack.start('worker', { FILEMILL_WORKER_NAME: name });
const overview = await dashboard.open('');
const dark = await dashboard.open('', { colorScheme: 'dark' });
for (const page of [overview, dark]) await page.getByRole('radio', { name: '2 min' }).check();
await traffic();
await take(overview, 'overview');
await take(dark, 'overview-dark');

await uploadText('The tragedy of Hamlet, act III.txt');
const file = await uploadDocument('Of mills.pptx');
await takeAt(`files/${file}`, 'file', (page) => page.getByRole('heading', { name: 'Result' }).waitFor());
await takeAt('files', 'files', (page) => row(page, 'Hamlet').waitFor());
await takeAt('failures', 'failures', (page) => page.getByRole('heading', { level: 2 }).first().waitFor());
await takeAt('workers', 'workers', (page) => row(page, 'analyst-1').waitFor());
await takeAt(`files/${failed[0]}`, 'failed-file', (page) => page.getByRole('heading', { name: 'Attempts' }).waitFor());
await takeAt('upload', 'upload', async (page) => {
  const names = await readdir(samples);
  await page.getByLabel('Files', { exact: true }).setInputFiles(names.map((name) => join(samples, name)));
  await page.getByText('none left to send').waitFor();
});
console.log(`Pictures are in ${folder}`);

/** Each file of testdata again and again, under names of its own, in waves. */
async function traffic(): Promise<void> {
  const contents = await Promise.all(
    (await readdir(samples)).map(async (name) => [name, await readFile(join(samples, name))] as const),
  );
  const endsAt = performance.now() + trafficMs;
  for (let wave = 1; performance.now() < endsAt; wave++) {
    for (const [name, body] of contents.slice(0, 1 + (wave % contents.length)))
      await fetch(`${stack.base}/files/${encodeURIComponent(`${wave} ${name}`)}`, { method: 'PUT', body });
    await delay(400);
  }
}

function uploadText(name: string): Promise<string> {
  return dashboard.upload(name, `To be, or not to be, that is the question.\n${name}\n`.repeat(40));
}

/** One of the documents that the readers are tested with. */
async function uploadDocument(name: string): Promise<string> {
  const body = await readFile(join(samples, '..', 'test', 'documents', 'files', 'pptx', 'notes.pptx'));
  const answer = await fetch(`${stack.base}/files/${encodeURIComponent(name)}`, { method: 'PUT', body });
  return ((await answer.json()) as { id: string }).id;
}

/** In both themes, and as on a telephone. */
async function takeAt(path: string, name: string, ready: (page: Page) => Promise<unknown>): Promise<void> {
  const looks = {
    '': {},
    '-dark': { colorScheme: 'dark' },
    '-narrow': { viewport: { width: 390, height: 844 } },
  } as const;
  for (const [suffix, options] of Object.entries(looks)) {
    const page = await dashboard.open(path, options);
    await ready(page);
    await take(page, `${name}${suffix}`);
  }
}

async function take(page: Page, name: string): Promise<void> {
  // A page of the list is long, and all alike.
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: !name.startsWith('files') });
  await page.context().close();
}

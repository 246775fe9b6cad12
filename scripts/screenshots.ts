/**
 * `node scripts/screenshots.ts [FOLDER]`: pictures of every page of the dashboard, as it was built last, with files that
 * went through it just now: on a laptop in both themes, on a tablet and on a telephone. docs/images has most of them.
 */

import { mkdir, mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { Dashboard, row } from '#test/dashboard/support/dashboard.ts';
import { failFiles } from '#test/support/cluster.ts';

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(root, 'docs', 'images');
const samples = join(root, 'testdata');
/** So long files come in, for the curves of the overview. */
const trafficMs = 100_000;

/** A height that shows what matters without scrolling. */
const windows = {
  '': { viewport: { width: 1_440, height: 960 } },
  '-dark': { viewport: { width: 1_440, height: 960 }, colorScheme: 'dark' },
  '-tablet': { viewport: { width: 768, height: 1_024 } },
  '-phone': { viewport: { width: 360, height: 780 } },
} as const;

await mkdir(folder, { recursive: true });
await using data = await mkdtempDisposable(join(tmpdir(), 'filemill-screenshots-'));
await using postgres = await startEmbeddedPostgres({ dataDir: data.path });
await using dashboard = await Dashboard.start({ FILEMILL_PUBLIC_GRPC: '127.0.0.1:50051' }, postgres.adminUrl);
const { stack } = dashboard;

const failed = await Promise.all(['scan 0117.tiff', 'scan 0118.tiff', 'broken archive.zip'].map(uploadText));
await failFiles(stack, failed, { errorMessage: 'The image ends after 12 of 48 strips.' });
for (const name of ['analyst-1', 'analyst-2']) await stack.start('worker', { FILEMILL_WORKER_NAME: name });
// The charts of the last two minutes are drawn from what an open page has seen.
const overviews = await Promise.all(
  Object.entries(windows).map(async ([suffix, look]) => [suffix, await dashboard.open('', look)] as const),
);
for (const [, page] of overviews) await page.getByRole('radio', { name: '2 min' }).check();
await traffic();
for (const [suffix, page] of overviews) await take(page, `overview${suffix}`);

await uploadText('The tragedy of Hamlet, act III.txt');
const file = await uploadDocument('Of mills.pptx');
await takeAt('files', 'files', (page) => row(page, 'Hamlet').waitFor());
await takeAt(`files/${file}`, 'file', (page) => page.getByRole('heading', { name: 'Result' }).waitFor());
await takeAt('failures', 'failures', async (page) => {
  await page.getByRole('img', { name: 'over the last 14 days' }).waitFor();
  await page.getByRole('list', { name: 'Examples of' }).waitFor();
});
await takeAt('workers', 'workers', (page) => row(page, 'analyst-1').getByText('MiB').waitFor());
await takeAt('upload', 'upload', async (page) => {
  const names = await readdir(samples);
  await page.getByLabel('Files', { exact: true }).setInputFiles(names.map((name) => join(samples, name)));
  await page.getByText('none left to send').waitFor();
  for (const name of names) await row(page, name).getByText('COMPLETED').waitFor();
});
await takeAt('retention', 'settings', async (page) => {
  await page.getByLabel('Days to keep files and results').fill('365');
  await page.getByLabel('Days to keep their bytes').fill('30');
  await page.getByRole('button', { name: 'Set rule' }).click();
  await row(page, 'all files of all tenants').getByText('nothing').waitFor();
  await page.getByRole('button', { name: 'Dismiss' }).click();
});
console.log(`The pictures are in ${folder}.`);

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
  const body = await readFile(join(root, 'test', 'documents', 'files', 'pptx', 'notes.pptx'));
  const answer = await fetch(`${stack.base}/files/${encodeURIComponent(name)}`, { method: 'PUT', body });
  return ((await answer.json()) as { id: string }).id;
}

async function takeAt(path: string, name: string, ready: (page: Page) => Promise<unknown>): Promise<void> {
  for (const [suffix, look] of Object.entries(windows)) {
    const page = await dashboard.open(path, look);
    await ready(page);
    await take(page, `${name}${suffix}`);
  }
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.context().close();
}

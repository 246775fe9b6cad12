import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { failFiles } from '../support/web-stack.ts';
import { Dashboard, row } from './support/dashboard.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What is looked at: an address, and what is done there before. */
type View = readonly [path: string, prepare?: (page: Page) => Promise<unknown>];

for (const colorScheme of ['light', 'dark'] as const)
  describe(`axe-core finds nothing, with the ${colorScheme} theme`, () => {
    let dashboard: Dashboard;
    let views: Readonly<Record<string, View>>;
    before(async () => {
      dashboard = await Dashboard.start();
      const failed = await dashboard.upload('failed.txt', 'failed');
      await failFiles(dashboard.stack, [failed]);
      await using _worker = await dashboard.stack.start('worker');
      const done = await dashboard.upload('done.txt', 'one two three');
      while ((await fetch(`${dashboard.stack.base}/api/v1/files/${done}/result`)).status !== 200);
      views = viewsOf({ failed, done });
    });
    after(() => dashboard[Symbol.asyncDispose]());

    for (const what of Object.keys(viewsOf({ failed: '', done: '' })))
      it(`on ${what}`, async () => {
        const [path, prepare] = views[what] as View;
        const viewport = what.startsWith('a narrow') ? { width: 360, height: 700 } : { width: 1_280, height: 800 };
        const page = await dashboard.open(path, { colorScheme, viewport });
        await prepare?.(page);
        await page.evaluate(axe);
        const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults;
        const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
        assert.deepEqual(found, []);
        assert.ok(passes.some(({ id }) => id === 'color-contrast'));
        await page.context().close();
      });
  });

function viewsOf({ failed, done }: { readonly failed: string; readonly done: string }) {
  const loaded = (page: Page) => row(page, 'done.txt').waitFor();
  const seen = (page: Page) =>
    page
      .getByRole('heading', { name: /Attempts|analyzer_error/ })
      .first()
      .waitFor();
  return {
    'the overview, without a worker': ['', (page) => page.getByText('Files by state').waitFor()],
    'a narrow overview': ['', (page) => page.getByText('Files by state').waitFor()],
    'the list of files': ['files', loaded],
    'a narrow list of files': ['files', loaded],
    'a search without an answer': ['files?name=nothing', (page) => page.getByText('No file matches.').waitFor()],
    'a question before a deletion': ['files', askToDelete],
    'a file that is COMPLETED': [`files/${done}`, seen],
    'a narrow page of a file': [`files/${done}`, seen],
    'a file that FAILED': [`files/${failed}`, seen],
    'a file that is not there': ['files/nothing', (page) => page.getByText('No file has the id').waitFor()],
    'the failures': ['failures', seen],
    'the workers': ['workers', (page) => page.getByText('None has reported').waitFor()],
    'the upload page': ['upload', chooseFile],
    'an address that leads nowhere': ['nowhere'],
  } satisfies Record<string, View>;
}

async function askToDelete(page: Page): Promise<void> {
  await page.getByLabel('Select done.txt').check();
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('dialog').waitFor();
}

async function chooseFile(page: Page): Promise<void> {
  const file = { name: 'chosen.txt', mimeType: 'text/plain', buffer: Buffer.from('chosen') };
  await page.getByLabel('Files', { exact: true }).setInputFiles(file);
  await row(page, 'chosen.txt').getByText('PENDING').waitFor();
}

import pg from 'pg';
import type { Page } from 'playwright-core';
import { attemptFailures, errorCode } from '#domain/errors.ts';
import { failFiles } from '../../support/cluster.ts';
import { Dashboard, row, untilCount } from './dashboard.ts';
import { documentOutput, replaceOutput } from './document-output.ts';

/** The longest names there are, without a place where a line would break by itself; some are written from right to left. */
const longName = (ending: string) =>
  `${'annual_report_of_the_northern_branch_'.repeat(7).slice(0, 255 - ending.length)}${ending}`;
export const rightToLeft = 'تقرير_الربع_الأول_للفرع_الشمالي_نسخة_نهائية (1).pdf';
const longWorker = `analyst-${'a1b2c3d4e5f6'.repeat(16)}`;
const longMessage = `TypeError: cannot read ${'/a/very/deep/folder'.repeat(20)} ${'x'.repeat(300)}`;
const longType = 'application/vnd.openxmlformats-officedocument.presentationml.presentation';
/** One more than the list shows at once. */
const manyFiles = 101;
/** Larger than the dashboard's bounds for files that share a request and for uploads that cannot pause, and than the server takes. */
const [ownRequest, pausable, tooLarge] = [100_000, 9 * 2 ** 20, 13 * 2 ** 20];

/** The systems that views are of, with the files that they show. */
export interface Systems extends AsyncDisposable {
  /** Without any file; one worker is alive. */
  readonly fresh: Dashboard;
  /** With files of each kind; no worker is alive any more. */
  readonly used: Dashboard;
  readonly ids: Readonly<Record<'completed' | 'document' | 'failed' | 'pending' | 'rightToLeft', string>>;
}

/** What is looked at: a state of a page, ready once `prepare` resolves. */
export interface View {
  readonly of: 'fresh' | 'used';
  readonly path: string | ((ids: Systems['ids']) => string);
  /** Before the page is opened. */
  readonly hinder?: (page: Page) => Promise<void>;
  readonly prepare: (page: Page, systems: Systems) => Promise<unknown>;
}

export const views: Readonly<Record<string, View>> = {
  'the overview without a file': {
    of: 'fresh',
    path: '',
    prepare: (page) => page.getByRole('heading', { name: 'No file yet' }).waitFor(),
  },
  'the overview, and no worker': {
    of: 'used',
    path: '',
    prepare: async (page) => {
      await page.getByText('Failures by reason').waitFor();
      await page.getByText('As a table').click();
    },
  },
  'the overview while the server is away': {
    of: 'used',
    path: '',
    prepare: async (page) => {
      await page.route('**/api/v1/events', (route) => route.abort());
      await page.reload();
      await page.getByText('Waiting for the first figures…').waitFor();
      await page.getByRole('alert').filter({ hasText: 'The connection to the server is lost' }).waitFor();
    },
  },
  'the files': { of: 'used', path: 'files', prepare: (page) => row(page, rightToLeft).waitFor() },
  'the files when there is none': {
    of: 'fresh',
    path: 'files',
    prepare: (page) => page.getByRole('heading', { name: 'No file yet' }).waitFor(),
  },
  'a search that finds something': {
    of: 'used',
    path: 'files?name=annual&status=FAILED&error_code=analyzer_error',
    prepare: (page) => page.getByRole('row').getByText('FAILED').first().waitFor(),
  },
  'a search by what was found': {
    of: 'used',
    path: 'files?encrypted=true&extension_mismatch=true&finding_error=any&language=de',
    prepare: (page) => page.getByRole('row').getByText('COMPLETED').first().waitFor(),
  },
  'the filters of the files': {
    of: 'used',
    path: 'files?q=annual&status=COMPLETED',
    prepare: async (page) => {
      await row(page, 'annual').first().waitFor();
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole('button', { name: 'Filters' }).click();
      await page.getByLabel('Order').waitFor();
    },
  },
  'the columns of the files': {
    of: 'used',
    path: 'files?columns=type,size,words,pages,language,took,uploaded',
    prepare: async (page) => {
      await row(page, rightToLeft).waitFor();
      await page.getByRole('button', { name: 'Columns' }).click();
      await page.getByRole('checkbox', { name: 'Language' }).waitFor();
    },
  },
  'the keys of the files': {
    of: 'used',
    path: 'files',
    prepare: async (page) => {
      await row(page, rightToLeft).waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  'a search that finds nothing': {
    of: 'used',
    path: `files?${new URLSearchParams({ name: longName(''), mime_type: longType })}`,
    prepare: (page) => page.getByText('No file matches').waitFor(),
  },
  'a search that is refused': {
    of: 'used',
    path: `files?sha256=${'z'.repeat(300)}`,
    prepare: (page) => page.getByRole('alert').filter({ hasText: 'sha256' }).waitFor(),
  },
  'the files while a proxy answers in the place of the server': {
    of: 'used',
    path: 'files',
    prepare: async (page) => {
      await page.route('**/api/v1/files?*', (route) =>
        route.fulfill({ status: 502, body: '<html>Bad Gateway</html>' }),
      );
      await page.reload();
      await page.getByRole('alert').filter({ hasText: '502' }).waitFor();
    },
  },
  'a question before files are retried': {
    of: 'used',
    path: 'files',
    prepare: (page) => askAbout(page, 'Retry failed…'),
  },
  'a question before files are deleted': { of: 'used', path: 'files', prepare: (page) => askAbout(page, 'Delete…') },
  'a file that is COMPLETED': { of: 'used', path: ({ completed }) => `files/${completed}`, prepare: showsResult },
  'a document in which much was found': {
    of: 'used',
    path: ({ document }) => `files/${document}`,
    prepare: showsResult,
  },
  'the code of a file for Go': {
    of: 'used',
    path: ({ completed }) => `files/${completed}`,
    prepare: async (page) => {
      await showsResult(page);
      await page.getByRole('tab', { name: 'Go' }).click();
    },
  },
  'a file that FAILED': { of: 'used', path: ({ failed }) => `files/${failed}`, prepare: showsAttempts },
  'a file that is PENDING': { of: 'used', path: ({ pending }) => `files/${pending}`, prepare: showsAttempts },
  'a file with a name from right to left': {
    of: 'used',
    path: ({ rightToLeft }) => `files/${rightToLeft}`,
    prepare: showsAttempts,
  },
  'a question before a file is deleted': {
    of: 'used',
    path: ({ failed }) => `files/${failed}`,
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  'a file that is not there': {
    of: 'used',
    path: 'files/nothing',
    prepare: (page) => page.getByText('No file has the id').waitFor(),
  },
  'the failures': {
    of: 'used',
    path: 'failures',
    prepare: (page) => page.getByRole('heading', { level: 2 }).first().waitFor(),
  },
  'the failures when there is none': {
    of: 'fresh',
    path: 'failures',
    prepare: (page) => page.getByText('No file has failed').waitFor(),
  },
  'the workers': { of: 'fresh', path: 'workers', prepare: (page) => row(page, longWorker).waitFor() },
  'the workers when there is none': {
    of: 'used',
    path: 'workers',
    prepare: (page) => page.getByText('None has reported').waitFor(),
  },
  'the retention rules': {
    of: 'used',
    path: 'retention',
    prepare: async (page) => {
      await page.getByLabel('Days to keep their bytes').fill('7');
      await page.getByRole('button', { name: 'Set rule' }).click();
      await row(page, 'all files of all tenants').getByText('7 days').waitFor();
    },
  },
  'the audit': {
    of: 'used',
    path: 'audit',
    prepare: (page) => page.getByRole('link', { name: 'Export as CSV' }).waitFor(),
  },
  'the webhooks': {
    of: 'used',
    path: 'webhooks',
    prepare: async (page) => {
      await page.getByLabel('Address').fill('https://hooks.example/filemill');
      await page.getByLabel('Only types').fill('image/*, application/pdf');
      await page.getByRole('button', { name: 'Make webhook' }).click();
      await page.getByRole('region', { name: 'The webhook is made' }).waitFor();
      await row(page, 'https://hooks.example/filemill').first().waitFor();
    },
  },
  'the deliveries of a webhook': {
    of: 'used',
    path: 'webhooks',
    prepare: async (page) => {
      await page.getByLabel('Address').fill('https://hooks.example/deliveries');
      await page.getByRole('button', { name: 'Make webhook' }).click();
      await page.getByRole('link', { name: 'https://hooks.example/deliveries' }).first().click();
      await page.getByText('There is no such delivery.').waitFor();
    },
  },
  'the upload page': {
    of: 'used',
    path: 'upload',
    prepare: (page) => page.getByText('Drop files or folders anywhere').waitFor(),
  },
  'uploads that ended': { of: 'used', path: 'upload', prepare: endUploads },
  'uploads under way': { of: 'used', path: 'upload', prepare: keepUploading },
  'an address that leads nowhere': {
    of: 'used',
    path: 'nowhere',
    prepare: (page) => page.getByRole('heading', { name: 'Nothing here' }).waitFor(),
  },
};

export async function startSystems(): Promise<Systems> {
  await using opening = new AsyncDisposableStack();
  const fresh = opening.use(await Dashboard.start());
  await fresh.stack.start('worker', { FILEMILL_WORKER_NAME: longWorker });
  const used = opening.use(await Dashboard.start({ FILEMILL_MAX_FILE_SIZE: '12MiB' }));
  const ids = await fill(used);
  const resources = opening.move();
  return { fresh, used, ids, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

async function fill({ stack }: Dashboard): Promise<Systems['ids']> {
  const keep = async (name: string, type: string, path = '') => {
    const query = new URLSearchParams(path === '' ? {} : { path });
    const request = { method: 'PUT', body: 'one two three', headers: { 'content-type': type } };
    const answer = await fetch(`${stack.base}/files/${encodeURIComponent(name)}?${query}`, request);
    return ((await answer.json()) as { id: string }).id;
  };
  for (let n = 1; n <= manyFiles; n++) await keep(`${n}.txt`, 'text/plain');
  const failed = await keep(longName('.pptx'), longType, `${longName('')}/${longName('.pptx')}`);
  await failFiles(stack, [failed], { worker: longWorker, errorMessage: longMessage });
  const completed = await keep(longName('.txt'), 'text/plain');
  const document = await keep(longName('.doc'), longType);
  const nameFromTheRight = await keep(rightToLeft, 'application/pdf');
  await using worker = await stack.start('worker', { FILEMILL_WORKER_NAME: longWorker });
  for (const id of [completed, document, nameFromTheRight])
    while ((await fetch(`${stack.base}/api/v1/files/${id}/result`)).status !== 200);
  await worker.stop();
  await replaceOutput(stack.databaseUrl, document, documentOutput);
  const pending = await keep(longName('.pending'), longType);
  await countMany(stack.databaseUrl);
  return { completed, document, failed, pending, rightToLeft: nameFromTheRight };
}

/** As if there were billions of files, some of which failed for each reason. */
async function countMany(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const reasons = attemptFailures.map(errorCode);
  await client.query(
    `insert into file_counts (shard, status, error_code, files, bytes)
     select -1, status, '', 987654321, 8e14::bigint from unnest(array['PENDING', 'PROCESSING', 'COMPLETED']) as status
     union all select -1, 'FAILED', code, 1234567, 8e14::bigint from unnest($1::text[]) as code`,
    [reasons],
  );
  await client.end();
}

async function askAbout(page: Page, action: string): Promise<void> {
  await page.getByLabel('Select all files of this page').check();
  await page.getByRole('button', { name: action }).click();
  await page.getByRole('dialog').waitFor();
}

async function showsResult(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Result' }).waitFor();
  await showsAttempts(page);
}

async function showsAttempts(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Attempts' }).waitFor();
}

/** Kept, failed, refused for its size and for its name. */
async function endUploads(page: Page, { used: { stack } }: Systems): Promise<void> {
  const failing = longName('.failing');
  await choose(page, [rightToLeft, longName('.kept'), failing, `${longName('.name')}-too-long`]);
  await choose(page, [longName('.too-large')], tooLarge);
  await page.getByText('none left to send').waitFor();
  const answer = await fetch(`${stack.base}/api/v1/files?name=.failing&status=PENDING`);
  const { files } = (await answer.json()) as { files: { id: string }[] };
  await failFiles(
    stack,
    files.map(({ id }) => id),
  );
  await row(page, failing).getByText('FAILED').waitFor();
  await untilCount(page.getByText('Not uploaded:'), 2);
}

/** Sent, hindered, paused, waiting for its turn, cancelled. */
async function keepUploading(page: Page): Promise<void> {
  await page.route('**/files/*.hindered', (route) => route.abort());
  // Nobody answers.
  await page.route('**/{files/*.sending,uploads/*}', () => undefined);
  // Small files that are chosen together share a request.
  await choose(page, [longName('.hindered')]);
  await choose(page, [longName('.sending')]);
  await choose(page, [longName('.paused')], pausable);
  await choose(page, [`next${longName('.sending')}`.slice(-255)], ownRequest);
  await choose(page, [longName('.waiting'), longName('.cancelled')]);
  await page.getByText('It is tried again until it works.').waitFor();
  await page
    .getByRole('button', { name: 'Cancel: annual' })
    .and(page.getByRole('button', { name: '.cancelled' }))
    .click();
  await page.getByRole('button', { name: 'Pause: annual' }).click();
  await page.getByText('Paused at').waitFor();
  await row(page, '.cancelled').getByText('Cancelled', { exact: true }).waitFor();
  await row(page, '.waiting').getByText('Waits to be sent').waitFor();
}

async function choose(page: Page, names: readonly string[], size = 10): Promise<void> {
  const buffer = Buffer.alloc(size, 'words ');
  const files = names.map((name) => ({ name, mimeType: 'text/plain', buffer }));
  await page.getByLabel('Files', { exact: true }).setInputFiles(files);
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { FileJson, Json } from '#contract/schemas.ts';
import { eventually } from '../support/eventually.ts';
import { HttpFront } from '../support/http-front.ts';
import { testFolder } from '../support/start-services.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { Dashboard, drop, row, untilCount } from './support/dashboard.ts';

const many = 1_000;
/** What a form may hold at most. */
const perForm = 250;
const shownRows = 100;

describe('many small files that are dropped on the page', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  let folder: string;
  before(async () => {
    dashboard = resources.use(await Dashboard.start());
    await dashboard.stack.start('worker');
    folder = resources.use(await testFolder()).path;
  });
  after(() => resources.disposeAsync());

  it('share requests, are kept each once, and are not asked for one by one', async () => {
    const files = await makeFiles(folder, 'small', many);
    const page = await openLive(dashboard);
    const asked = requestsOf(page);
    await drop(page, [...files.keys()]);
    await page.getByText('1,000 files, none left to send').waitFor();
    await untilCount(page.getByRole('row').getByText('COMPLETED'), shownRows);
    const forms = asked.filter((request) => request === 'POST api/v1/files');
    assert.ok(forms.length >= many / perForm && forms.length <= many / 25, `${forms.length} forms`);
    // Events that have too much to tell say that the page is to look again, which it does by lists.
    const others = asked.filter((request) => request !== 'POST api/v1/files');
    assert.ok(others.length <= 5 && others.every((request) => request === 'GET api/v1/files'), others.join('\n'));
    await requireKeptOnce(dashboard, 'small-', files);
    await page.context().close();
  });

  it('are asked for together when there were no events for a while', async () => {
    const files = await makeFiles(folder, 'paused', 50);
    const page = await openLive(dashboard);
    await page.getByRole('button', { name: 'Pause' }).click();
    await drop(page, [...files.keys()]);
    await page.getByText('50 files, none left to send').waitFor();
    await requireKeptOnce(dashboard, 'paused-', files);
    const asked = requestsOf(page);
    await page.getByRole('button', { name: 'Resume' }).click();
    await untilCount(page.getByRole('row').getByText('COMPLETED'), files.size);
    assert.ok(
      asked.every((request) => request === 'GET api/v1/files'),
      asked.join('\n'),
    );
    assert.ok(asked.length <= 2, asked.join('\n'));
    await page.context().close();
  });

  it('are kept each once when the connection is cut in between', async () => {
    const files = await makeFiles(folder, 'cut', many);
    await using network = await TcpProxy.start(Number(new URL(dashboard.stack.base).port));
    const page = await dashboard.open('upload', { base: `http://${network.address}` });
    const failed = network.sends(1.5 * 2 ** 20).then(() => network.fail());
    await drop(page, [...files.keys()]);
    await failed;
    await page.getByRole('alert').filter({ hasText: 'The connection to the server is lost' }).waitFor();
    network.restore();
    await page.getByText('1,000 files, none left to send').waitFor();
    await page.getByText('not uploaded').waitFor({ state: 'detached' });
    await untilCount(page.getByRole('row').getByText('COMPLETED'), shownRows);
    await requireKeptOnce(dashboard, 'cut-', files);
    await page.context().close();
  });

  it('are kept each once when answers are lost, and then go in smaller forms or alone', async () => {
    const files = await makeFiles(folder, 'lost', 300);
    const page = await dashboard.open('upload');
    let lost = 0;
    // The server keeps all of the form, of which the page hears that a proxy took it for too large.
    await page.route('**/api/v1/files', async (route) => {
      if (route.request().method() !== 'POST' || lost++ > 1) return route.fallback();
      await route.fetch();
      await route.fulfill({ status: 413, body: 'too large' });
    });
    await drop(page, [...files.keys()]);
    await page.getByText('300 files, none left to send').waitFor();
    assert.ok(lost > 2, `${lost} forms`);
    await requireKeptOnce(dashboard, 'lost-', files);
    await page.context().close();
  });

  it('go in smaller forms when a proxy takes none of this size', async () => {
    const files = await makeFiles(folder, 'limited', 300);
    await using front = await HttpFront.start(dashboard.stack.base);
    front.maxBody = 200_000;
    const page = await dashboard.open('upload', { base: front.base });
    const asked = requestsOf(page);
    await drop(page, [...files.keys()]);
    await page.getByText('300 files, none left to send').waitFor();
    await page.getByText('not uploaded').waitFor({ state: 'detached' });
    assert.deepEqual(
      asked.filter((request) => request.startsWith('PUT')),
      [],
    );
    assert.ok(
      front.refused.length > 0 && front.refused.every((one) => one === 'POST /api/v1/files'),
      `${front.refused}`,
    );
    await requireKeptOnce(dashboard, 'limited-', files);
    await page.context().close();
  });

  it('can be cancelled one by one while their form is sent, and the others arrive', async () => {
    const files = await makeFiles(folder, 'cancel', 20);
    const page = await dashboard.open('upload');
    await page.route('**/api/v1/files', () => undefined, { times: 1 });
    await drop(page, [...files.keys()]);
    await page.getByRole('button', { name: 'Cancel: cancel-7.txt' }).click();
    await row(page, 'cancel-7.txt').getByText('Cancelled').waitFor();
    await page.getByText('20 files, none left to send').waitFor();
    files.delete(join(folder, 'cancel-7.txt'));
    await requireKeptOnce(dashboard, 'cancel-', files);
    await page.context().close();
  });

  it('are refused each for its own reason', async () => {
    const files = await makeFiles(folder, 'refused', 3);
    const page = await dashboard.open('upload');
    const bad = 'bad\\name.txt';
    await writeFile(join(folder, bad), 'never kept');
    await drop(page, [...files.keys(), join(folder, bad)]);
    await page.getByText('1 not uploaded').waitFor();
    await row(page, bad).getByText('Not uploaded:').waitFor();
    await requireKeptOnce(dashboard, 'refused-', files);
    await page.context().close();
  });

  it('are sent again by themselves when the reason passes, and only those', async () => {
    const files = await makeFiles(folder, 'busy', 30);
    const page = await dashboard.open('upload');
    const sizes: number[] = [];
    await page.route('**/api/v1/files', async (route) => {
      const response = await route.fetch();
      const json = (await response.json()) as Json<'Uploads'>;
      sizes.push(json.files.length);
      const problem = { type: 'urn:filemill:error', reason: 'OVERLOADED', detail: 'Busy.', action: 'Wait.' };
      if (sizes.length === 1) Object.assign(json.files[3] ?? {}, { id: undefined, problem });
      await route.fulfill({ response, status: 207, json });
    });
    await drop(page, [...files.keys()]);
    await page.getByText('30 files, none left to send').waitFor();
    assert.equal(await page.getByText('not uploaded').count(), 0);
    assert.deepEqual(sizes, [30, 1]);
    await requireKeptOnce(dashboard, 'busy-', files);
    await page.context().close();
  });

  it('have their exact names and paths, whatever is in them', async () => {
    const below = join(folder, 'odd "names" 100%');
    await mkdir(below);
    const names = ['a"b.txt', 'a%22b.txt', "it's (one)*.txt", '100%.txt', 'שלום.txt', '😀.txt', 'two\nlines.txt'];
    for (const name of names) await writeFile(join(below, name), name);
    const page = await openLive(dashboard);
    const asked = requestsOf(page);
    await drop(page, [below]);
    await page.getByText(`${names.length} files, none left to send`).waitFor();
    const listed = await list(dashboard, '');
    const kept = listed.filter(({ path }) => path.startsWith('odd "names" 100%/')).map(({ filename }) => filename);
    assert.deepEqual(kept.sort(), names.filter((name) => !name.includes('\n')).sort());
    const sent = asked.filter((request) => !request.startsWith('GET'));
    assert.deepEqual(sent, ['POST api/v1/files']);
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

/** The page, once events tell it of changes. */
async function openLive(dashboard: Dashboard): Promise<Page> {
  const page = await dashboard.open('upload');
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  return page;
}

/** Paths of files, each with its own content of 4 KiB, by the name and the SHA-256 that are to be kept. */
async function makeFiles(folder: string, prefix: string, count: number): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (let n = 0; n < count; n++) {
    const name = `${prefix}-${n}.txt`;
    const content = `${name} `.repeat(500).slice(0, 4_096);
    await writeFile(join(folder, name), content);
    files.set(join(folder, name), `${name} ${createHash('sha256').update(content).digest('hex')}`);
  }
  return files;
}

/** Each of them is COMPLETED, has its bytes, and is there once, beside no other of such a name. */
async function requireKeptOnce(
  dashboard: Dashboard,
  prefix: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const isOver = async () => (await list(dashboard, prefix)).every(({ status }) => status === 'COMPLETED');
  await eventually('all are COMPLETED', isOver);
  const kept = (await list(dashboard, prefix)).map(({ filename, sha256 }) => `${filename} ${sha256}`);
  const expected = [...files.values()];
  assert.equal(kept.length, expected.length);
  assert.deepEqual(
    expected.filter((file) => !kept.includes(file)),
    [],
  );
}

async function list({ stack }: Dashboard, prefix: string): Promise<FileJson[]> {
  const found: FileJson[] = [];
  let token = '';
  do {
    const query = new URLSearchParams({ name: prefix, page_size: '1000', page_token: token });
    const page = (await (await fetch(`${stack.base}/api/v1/files?${query}`)).json()) as Json<'FilesPage'>;
    found.push(...page.files);
    token = page.next_page_token;
  } while (token !== '');
  return found;
}

/** What the page asks of the server about files from now on: methods and paths. */
function requestsOf(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname.slice(1);
    if (/^(?:api\/v1\/)?files/.test(path)) asked.push(`${request.method()} ${path}`);
  });
  return asked;
}

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { Database } from '#adapters/postgres/database/database.ts';
import { fileFacets } from '#adapters/postgres/files/facets.ts';
import { listFiles } from '#adapters/postgres/files/file-lists.ts';
import type { FileFilter } from '#adapters/postgres/files/file-matches.ts';
import { sortFiles } from '#adapters/postgres/files/sorted-files.ts';
import { fileStats } from '#adapters/postgres/files/stats.ts';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { createLogger } from '#platform/logger.ts';
import { untilCount } from '../../test/dashboard/support/dashboard.ts';
import { httpServices, startCluster } from '../../test/support/cluster.ts';
import { insertManyFiles } from '../../test/support/many-rows.ts';
import { type Figure, median, within } from '../figure.ts';
import { firstPaint, longestInteraction, openChromium } from '../page-times.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { removeLater } from '../system.ts';

const logger = createLogger('bench', { level: 'warn', format: 'json' });
const targetMs = 100;
const firstPaintMs = 300;
const timesEach = 20;
/** Warm-up calls of each kind, which are not counted: they read from the disk and compile. */
const warmUps = 5;
const pageRows = 101;

export const pages: Scenario = {
  name: 'pages',
  title:
    'what the dashboard asks for with a million files: by SQL alone, over HTTP through all services, and as Chromium shows it',
  async run(bench) {
    const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
    removeLater(folder);
    await using postgres = await startEmbeddedPostgres({ dataDir: folder });
    await using stack = await startCluster({ services: httpServices, adminUrl: postgres.adminUrl });
    const hash = await fill(stack.databaseUrl, bench);
    await using database = new Database({ url: stack.databaseUrl, poolSize: 2, logger });
    await using searches = new Database({ url: stack.databaseUrl, poolSize: 2, kind: 'reads', logger });
    const figures = [];
    for (const [what, { path, sql }] of Object.entries(questions(hash))) {
      const [bySql, overHttp] = [await timesOf(() => sql({ database, searches })), await timesOf(() => get(path))];
      bench.note(`${what}: SQL ${text(bySql)}, HTTP ${text(overHttp)}`);
      const figure = (by: string, times: readonly number[]) =>
        within({ name: `${what}, by ${by}`, unit: 'ms', value: median(times) }, targetMs);
      figures.push(figure('SQL', bySql), figure('HTTP', overHttp));
    }
    return [...figures, ...(await inChromium(`${stack.base}/ui/`))];

    async function get(path: string): Promise<void> {
      const response = await fetch(`${stack.base}/api/v1/${path}`);
      const body = await response.text();
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${body}`);
    }
  },
};

/** The page itself, in a browser. @param base the address of the overview */
async function inChromium(base: string): Promise<Figure[]> {
  await using browser = await openChromium();
  const figures: Figure[] = [];
  for (const [name, path, ready] of shownPages) {
    const value = await firstPaint(browser, `${base}${path}`, ready);
    figures.push(within({ name: `${name}, first paint`, unit: 'ms', value }, firstPaintMs));
  }
  const list = { address: `${base}files`, ready: 'tbody tr' };
  const charts = { address: base, ready: 'figure svg' };
  for (const [name, place, act] of [
    ['typing a search', list, typeSearch],
    ['moving, selecting and sorting', list, useKeys],
    ['choosing other charts', charts, chooseRanges],
  ] as const) {
    const value = await longestInteraction(browser, place, act);
    figures.push(within({ name: `${name}, longest until the next frame`, unit: 'ms', value }, targetMs));
  }
  return figures;
}

/** Their names, their addresses, and what is there once they show something. */
const shownPages = [
  ['overview', '', 'figure svg'],
  ['files', 'files', 'tbody tr'],
  ['failures', 'failures', 'h2'],
  ['workers', 'workers', 'h1'],
  ['upload', 'upload', 'h1'],
  ['retention', 'retention', 'h1'],
] as const;

/** Types the name of a file and waits until the list holds that file alone. */
async function typeSearch(page: Page): Promise<void> {
  const name = (await page.locator('tbody th').last().textContent()) ?? '';
  await page.keyboard.press('/');
  await page.keyboard.type(name, { delay: 30 });
  await untilCount(page.locator('tbody tr'), 1);
}

async function useKeys(page: Page): Promise<void> {
  for (const key of [...'jjjxjjx', 'Escape']) await page.keyboard.press(key);
  await page.getByRole('columnheader').getByText('Size').click();
  await page.waitForURL(/sort=/);
}

async function chooseRanges(page: Page): Promise<void> {
  for (const range of ['1 h', '7 d', '1 y']) await page.getByText(range, { exact: true }).click();
}

interface Databases {
  readonly database: Database;
  readonly searches: Database;
}

interface Question {
  readonly path: string;
  sql({ database, searches }: Databases): Promise<unknown>;
}

/** @param hash of one of the files */
function questions(hash: string): Readonly<Record<string, Question>> {
  const search = (query: string, filter: FileFilter): Question => ({
    path: `files?${query}`,
    sql: ({ searches }) => listFiles(searches, undefined, filter, { limit: pageRows }),
  });
  const weekAgo = new Date(Date.now() - 7 * 24 * 3_600_000);
  return {
    'newest files': search('', {}),
    COMPLETED: search('status=COMPLETED', { statuses: ['COMPLETED'] }),
    PENDING: search('status=PENDING', { statuses: ['PENDING'] }),
    'FAILED, as the failures do': search('status=FAILED&error_code=analyzer_error', {
      statuses: ['FAILED'],
      errorCode: 'analyzer_error',
    }),
    'a frequent type': search('mime_type=text/plain', { mimeType: 'text/plain' }),
    'a rare type': search('mime_type=image/x-rare', { mimeType: 'image/x-rare' }),
    'a family of types': search('mime_type=image/*', { mimeType: 'image/*' }),
    'a name that few have': search('name=9f3a7', { nameContains: '9f3a7' }),
    'a name that all have': search('name=txt', { nameContains: 'txt' }),
    'a name that none has': search('name=invoice', { nameContains: 'invoice' }),
    'FAILED with a name': search('status=FAILED&name=9f3a7', { statuses: ['FAILED'], nameContains: '9f3a7' }),
    'a hash': search(`sha256=${hash}`, { sha256: hash }),
    'older than a week': search(`created_before=${weekAgo.toISOString()}`, { createdBefore: weekAgo }),
    'typed: a part of a name': search('q=9f3a7', { text: '9f3a7' }),
    'typed: what all names have': search('q=txt', { text: 'txt' }),
    'typed: a hash': search(`q=${hash.slice(0, 8)}`, { text: hash.slice(0, 8) }),
    'typed: two letters that no name has': search('q=%C3%A9z', { text: 'éz' }),
    'the largest': {
      path: 'files?sort=-size',
      sql: ({ searches }) =>
        sortFiles(searches, undefined, {}, { sort: { by: 'size', order: 'desc' }, limit: pageRows }),
    },
    'the counts of all files': { path: 'files:count', sql: ({ searches }) => fileFacets(searches, undefined, {}) },
    'the counts of a name': {
      path: 'files:count?q=9f3a7',
      sql: ({ searches }) => fileFacets(searches, undefined, { text: '9f3a7' }),
    },
    stats: { path: 'stats', sql: ({ database }) => fileStats(database) },
  };
}

async function fill(url: string, { quick, note }: Bench): Promise<string> {
  const files = quick ? 50_000 : 1_000_000;
  const began = performance.now();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await insertManyFiles(client, files);
    await client.query('checkpoint');
    const { rows } = await client.query<{ hash: string }>(
      `select output_data ->> 'sha256' as hash from results limit 1`,
    );
    note(`${files} rows made in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    return rows[0]?.hash ?? '';
  } finally {
    await client.end();
  }
}

async function timesOf(once: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = -warmUps; n < timesEach; n++) {
    const startedAt = performance.now();
    await once();
    if (n >= 0) times.push(performance.now() - startedAt);
  }
  return times;
}

function text(times: readonly number[]): string {
  return `${median(times).toFixed(1)} ms (at most ${Math.max(...times).toFixed(1)})`;
}

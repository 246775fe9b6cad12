import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { type FileSort, sortKeys } from '#domain/file-sort.ts';
import { claimFile, createFile, finding, openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import type { Searches } from './bounded-search.ts';
import { type Facets, fileFacets } from './facets.ts';
import { saveResults } from './file-completion.ts';
import { type ListPosition, listFiles } from './file-lists.ts';
import type { FileFilter } from './file-matches.ts';
import { type SortedPosition, sortFiles } from './sorted-files.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
const ids: Record<string, string> = {};

before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  await keep('report.pdf', {
    mime_type: 'application/pdf',
    word_count: 300,
    sha256: 'ab12',
    language: 'en',
    pages: 12,
  });
  await keep('Rechnung.txt', { mime_type: 'text/plain', word_count: 20, sha256: 'ab13', language: 'de' });
  await keep('photo.png', { mime_type: 'image/png', word_count: null, sha256: 'cd00', mismatch: true });
  await keep('locked.pdf', { mime_type: 'application/pdf', word_count: 0, sha256: 'cd01', encrypted: true });
  ids['waits.txt'] = await createFile(database, { filename: 'waits.txt', size: 9 });
  await keep('theirs.pdf', { mime_type: 'application/pdf', word_count: 5, sha256: 'ab12' }, 'other');
});
after(() => opened[Symbol.asyncDispose]());

interface Kept {
  readonly mime_type: string;
  readonly word_count: number | null;
  /** How it begins. */
  readonly sha256: string;
  readonly language?: string;
  readonly pages?: number;
  readonly encrypted?: boolean;
  readonly mismatch?: boolean;
}

async function keep(filename: string, kept: Kept, tenant = 'default'): Promise<void> {
  const { mime_type: mimeType, word_count, language, pages, encrypted, mismatch = false } = kept;
  const sha256 = kept.sha256.padEnd(64, '0');
  const size = Object.keys(ids).length + 1;
  const claimed = await claimFile(database, await createFile(database, { filename, tenant, size }));
  ids[filename] = claimed.id;
  const output = { mime_type: mimeType, word_count, sha256, extension_mismatch: mismatch, description: mimeType };
  const outputJson = JSON.stringify({ ...output, findings: { text: { language, pages, encrypted } } });
  await saveResults(database, [finding(claimed, { mimeType, sha256, outputJson })]);
}

const all = ['waits.txt', 'locked.pdf', 'photo.png', 'Rechnung.txt', 'report.pdf'];

/** What was typed, and the files that match, newest first; `ID` stands for the id of `report.pdf`. */
const typed: readonly (readonly [text: string, names: readonly string[]])[] = [
  ['REPORT', ['report.pdf']],
  ['pdf', ['locked.pdf', 'report.pdf']],
  ['re', ['Rechnung.txt', 'report.pdf']],
  ['%', []],
  ['ab12', ['report.pdf']],
  ['ab1', []],
  ['cd000', ['photo.png']],
  ['text/', ['Rechnung.txt']],
  ['application/p', ['locked.pdf', 'report.pdf']],
  ['ID', ['report.pdf']],
  ['nothing of this', []],
];

describe('the search box', () => {
  for (const [text, names] of typed)
    it(`finds by the name, and by how the hash, the id or the type begins: ${text}`, async () => {
      const filter = { text: text === 'ID' ? (ids['report.pdf'] ?? '') : text };
      assert.deepEqual(await namesOf('default', filter), names);
      assert.deepEqual((await everything(sortedPages('default', filter, 'filename'))).toSorted(), names.toSorted());
      assert.equal((await facetsOf('default', filter)).files, names.length);
    });

  it('goes with other filters', async () => {
    assert.deepEqual(await namesOf('default', { text: 'pdf', findings: { encrypted: true } }), ['locked.pdf']);
    assert.deepEqual(await namesOf('default', { text: 'txt', statuses: ['PENDING'] }), ['waits.txt']);
    assert.deepEqual(await namesOf('default', { text: 'txt', statuses: ['PENDING', 'COMPLETED'] }), [
      'waits.txt',
      'Rechnung.txt',
    ]);
    assert.deepEqual(await namesOf('default', { text: 'application/', mimeType: 'text/*' }), []);
  });
});

/** The names in ascending order of each key; what has no such key comes last. */
const orders: Readonly<Record<FileSort['by'], readonly string[]>> = {
  created_at: all.toReversed(),
  filename: ['locked.pdf', 'photo.png', 'Rechnung.txt', 'report.pdf', 'waits.txt'],
  size: ['report.pdf', 'Rechnung.txt', 'photo.png', 'locked.pdf', 'waits.txt'],
  word_count: ['locked.pdf', 'Rechnung.txt', 'report.pdf', 'photo.png', 'waits.txt'],
  duration: [],
};

describe('a list in another order', () => {
  for (const by of sortKeys.filter((key) => key !== 'duration'))
    for (const order of ['asc', 'desc'] as const)
      it(`goes on page by page, by ${by} ${order}`, async () => {
        const found = await everything(sortedPages('default', {}, by, order));
        const known = by === 'word_count' ? orders[by].slice(0, 3) : orders[by];
        assert.deepEqual(found.slice(0, known.length), order === 'asc' ? known : known.toReversed());
        assert.deepEqual(found.toSorted(), all.toSorted());
      });

  it('by how long each took has those last that are not done', async () => {
    for (const order of ['asc', 'desc'] as const)
      assert.equal((await everything(sortedPages('default', {}, 'duration', order))).at(-1), 'waits.txt');
  });

  it('is not moved by files that come later', async () => {
    const pages = sortedPages('default', {}, 'size', 'desc');
    const first = (await pages.next()).value ?? [];
    const later = await createFile(database, { filename: 'later', size: 10 });
    const others = await everything(pages);
    await database.query({ text: 'delete from files where id = $1' }, [later]);
    assert.deepEqual([...first, ...others], orders.size.toReversed());
  });
});

it('oldest files first is a list like any other', async () => {
  assert.deepEqual(await namesOf('default', {}, 'asc'), all.toReversed());
});

it('a list shows what was found if it is asked to', async () => {
  const { files } = await listFiles(database, 'default', { text: 'report' }, { limit: 1, withFound: true });
  assert.deepEqual(files[0]?.found, { description: 'application/pdf', wordCount: 300, pages: 12, language: 'en' });
  const { answer } = await sortFiles(
    database,
    'default',
    {},
    { limit: 1, sort: { by: 'size', order: 'desc' }, withFound: true },
  );
  assert.equal(answer.files[0]?.found, null);
});

describe('the counts', () => {
  it('are those of the files that match', async () => {
    const { files, bytes, capped, facets } = await facetsOf('default', {});
    assert.deepEqual([files, bytes, capped], [5, 1 + 2 + 3 + 4 + 9, false]);
    assert.deepEqual(Object.fromEntries(facets), {
      status: counts(['COMPLETED', 4], ['PENDING', 1]),
      mime_type: counts(['application/pdf', 2], ['text/plain', 2], ['image/png', 1]),
      language: counts(['de', 1], ['en', 1]),
      error_code: [],
      encrypted: counts(['false', 3], ['true', 1]),
      extension_mismatch: counts(['false', 3], ['true', 1]),
    });
  });

  it('leave out of account for each facet what the filter asks of it', async () => {
    const { files, facets } = await facetsOf('default', { mimeType: 'image/png', findings: { language: 'en' } });
    assert.equal(files, 0);
    assert.deepEqual(facets.get('mime_type'), counts(['application/pdf', 1]));
    assert.deepEqual(facets.get('language'), []);
    const { facets: others } = await facetsOf('default', { findings: { language: 'en' } });
    assert.deepEqual(others.get('language'), counts(['de', 1], ['en', 1]));
    assert.deepEqual(others.get('status'), counts(['COMPLETED', 1]));
  });
});

it('nobody finds, counts or sorts the files of another tenant', async () => {
  assert.deepEqual(await namesOf('other', {}), ['theirs.pdf']);
  assert.deepEqual(await namesOf('other', { text: ids['report.pdf'] ?? '' }), []);
  assert.deepEqual(await namesOf('other', { text: 'ab12' }), ['theirs.pdf']);
  assert.deepEqual(await everything(sortedPages('other', {}, 'word_count')), ['theirs.pdf']);
  assert.equal((await facetsOf('other', { text: 'pdf' })).files, 1);
  assert.equal((await facetsOf('nobody', {})).files, 0);
  const ofOther = { newest: ids['report.pdf'] ?? '', key: '0', id: ids['report.pdf'] ?? '' };
  const forged = await sortFiles(
    database,
    'other',
    {},
    { limit: 9, sort: { by: 'size', order: 'asc' }, from: ofOther },
  );
  assert.deepEqual(forged.answer.files, []);
});

describe('a search that would take too long', () => {
  /** Ends all that is bounded in time, as PostgreSQL does. */
  const slow: Searches = {
    as: (tenant, withinMs) =>
      withinMs === undefined
        ? database.as(tenant)
        : { tenant, query: () => Promise.reject(new FilemillError('FILTER_TOO_BROAD')) },
  };

  it('goes through the files window by window, and misses none', async () => {
    const windows: (number | undefined)[] = [];
    const found: string[] = [];
    let from: ListPosition | undefined = { after: 'ffffffff-ffff-ffff-ffff-ffffffffffff', window: 1 };
    while (from !== undefined) {
      windows.push(from.window);
      const page = await listFiles(slow, 'default', { text: 'pdf' }, { limit: 10, from });
      found.push(...page.files.map(({ filename }) => filename));
      from = page.next;
    }
    assert.deepEqual(found, ['locked.pdf', 'report.pdf']);
    assert.deepEqual(windows, [1, 5]);
  });

  it('begins with the newest ones', async () => {
    const page = await listFiles(slow, 'default', { text: 'pdf' }, { limit: 1 });
    assert.deepEqual([page.files.length, page.next?.window], [1, 10_000]);
    const { answer, searchedTo } = await fileFacets(slow, 'default', { text: 'pdf' });
    assert.deepEqual([answer.files, searchedTo], [2, undefined]);
  });
});

function counts(...values: readonly (readonly [value: string, files: number])[]) {
  return values.map(([value, files]) => ({ value, files }));
}

async function facetsOf(tenant: string, filter: FileFilter): Promise<Facets> {
  return (await fileFacets(database, tenant, filter)).answer;
}

async function namesOf(tenant: string, filter: FileFilter, order?: 'asc'): Promise<string[]> {
  const names: string[] = [];
  let from: ListPosition | undefined;
  do {
    const page = await listFiles(database, tenant, filter, { limit: 2, from, ...(order && { order }) });
    names.push(...page.files.map(({ filename }) => filename));
    from = page.next;
  } while (from !== undefined);
  return names;
}

async function* sortedPages(
  tenant: string,
  filter: FileFilter,
  by: FileSort['by'],
  order: FileSort['order'] = 'asc',
): AsyncGenerator<string[], undefined> {
  let from: SortedPosition | undefined;
  do {
    const { answer } = await sortFiles(database, tenant, filter, { limit: 2, sort: { by, order }, from });
    yield answer.files.map(({ filename }) => filename);
    from = answer.next;
  } while (from !== undefined);
}

async function everything(pages: AsyncGenerator<string[]>): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

import type { ListedFile } from '#domain/file.ts';
import type { FileSort } from '#domain/file-sort.ts';
import { foundSummary, searched, whereAll, withFile, withResult } from '../results/found.ts';
import { allOrNewest, type Bounded, type Searches } from './bounded-search.ts';
import { type FileFilter, matches } from './file-matches.ts';
import { fileColumns } from './file-rows.ts';

/** No index lists files in another order than that of time: they are sorted among this number of the newest that match. */
const mostSorted = 5_000;

/** Where a page of a sorted list begins. */
export interface SortedPosition {
  /** The newest of the files that were sorted, so that later ones do not move what follows. */
  readonly newest: string;
  /** What orders the last file of the page before, as text, and its id. */
  readonly key: string;
  readonly id: string;
}

export interface SortedPage {
  readonly files: readonly ListedFile[];
  /** Whether more files match than were sorted. */
  readonly capped: boolean;
  /** Undefined on the last page. */
  readonly next: SortedPosition | undefined;
}

interface Asked {
  readonly sort: FileSort;
  readonly limit: number;
  readonly from?: SortedPosition | undefined;
  readonly withFound?: boolean;
}

/** One page of the newest `mostSorted` files that match. Files of which nothing is known that could order them come last. */
export async function sortFiles(
  searches: Searches,
  tenant: string | undefined,
  filter: FileFilter,
  asked: Asked,
): Promise<Bounded<SortedPage>> {
  return await allOrNewest(searches, tenant, async (reader, upTo) => {
    const { text, values } = sortedStatement(filter, { ...asked, upTo }, tenant);
    return toPage(await reader.query<SortedRow>({ text }, values), asked.limit);
  });
}

interface SortedRow extends ListedFile {
  readonly sortKey: string;
  readonly sorted: number;
  readonly newest: string;
}

function toPage(rows: readonly SortedRow[], limit: number): SortedPage {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    files: rows.slice(0, limit).map(({ sortKey: _, sorted: __, newest: ___, ...file }) => file),
    capped: (rows[0]?.sorted ?? 0) > mostSorted,
    next: last && { newest: last.newest, key: last.sortKey, id: last.id },
  };
}

/** Exported so that a test can look at its plan. */
export function sortedStatement(
  filter: FileFilter,
  { sort, limit, from, upTo, withFound = false }: Asked & { readonly upTo?: string | undefined },
  tenant: string | undefined,
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const tables = searched(tenant);
  const found = matches(filter, { limit: mostSorted + 1, from: from?.newest, upTo }, tables, parameter);
  const { key, type } = keyOf(sort);
  const results = (asked: boolean) => (asked ? withResult(tables) : '');
  const place = from && `(${parameter(from.key)}::${type}, ${parameter(from.id)}::uuid)`;
  const behind = place === undefined ? [] : [`(key, id) ${sort.order === 'desc' ? '<' : '>'} ${place}`];
  const text = `
    with m as materialized (${found}),
      k as (select f.id, ${key} as key from (select id from m limit ${mostSorted}) m
        ${withFile(tables)} ${results(sort.by === 'word_count')}),
      page as materialized (
        select * from k ${whereAll(behind)} order by key ${sort.order}, id ${sort.order} limit ${parameter(limit + 1)}
      )
    select ${fileColumns}, ${withFound ? foundSummary : 'null'} as found, p.key::text as "sortKey", (select count(*) from m) as sorted, (select id from m limit 1) as newest
    from page p join ${tables.files} f on f.id = p.id ${results(withFound)} order by p.key ${sort.order}, p.id ${sort.order}`;
  return { text, values };
}

/** Never null, so that one comparison of rows finds the next page. */
function keyOf({ by, order }: FileSort): { readonly key: string; readonly type: string } {
  if (by === 'filename') return { key: 'lower(f.filename) collate "C"', type: 'text collate "C"' };
  return { key: `coalesce((${numbers[by]})::float8, ${order === 'desc' ? '-1' : `'Infinity'`})`, type: 'float8' };
}

const numbers: Readonly<Record<Exclude<FileSort['by'], 'filename'>, string>> = {
  created_at: 'extract(epoch from f.created_at)',
  size: 'f.size',
  word_count: `r.output_data ->> 'word_count'`,
  // `greatest` alone takes null for the least.
  duration:
    'case when f.completed_at is not null then greatest(extract(epoch from f.completed_at - f.created_at), 0) end',
};

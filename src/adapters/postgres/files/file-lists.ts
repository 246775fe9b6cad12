import type { ListedFile } from '#domain/file.ts';
import type { FileSort } from '#domain/file-sort.ts';
import type { Reader } from '../database/database.ts';
import { foundSummary, searched, withResult } from '../results/found.ts';
import {
  largerWindow,
  quickListMs,
  type Searches,
  smallestWindow,
  unlessTooBroad,
  windowEnd,
} from './bounded-search.ts';
import { type FileFilter, matches, type Walk } from './file-matches.ts';
import { fileColumns } from './file-rows.ts';

/** Where a page begins. */
export interface ListPosition {
  readonly after: string;
  /** The size of the next window, when a search goes through the files window by window. */
  readonly window?: number | undefined;
}

export interface ListPage {
  readonly files: readonly ListedFile[];
  /** Undefined on the last page. */
  readonly next: ListPosition | undefined;
  /** The search was interrupted behind this file and may go on from there. */
  readonly searchedTo?: string | undefined;
}

interface Asked {
  readonly limit: number;
  /** Newest first unless it is `asc`. */
  readonly order?: FileSort['order'];
  readonly from?: ListPosition | undefined;
  readonly withFound?: boolean;
}

/**
 * One page of files in the order of their creation. A search without an index that supports it is not refused: its pages are
 * shorter, even empty, until it has gone through all files.
 *
 * @param tenant whose files are searched; undefined for all
 */
export async function listFiles(
  searches: Searches,
  tenant: string | undefined,
  filter: FileFilter,
  { limit, order = 'desc', from, withFound = false }: Asked,
): Promise<ListPage> {
  const search = (reader: Reader, where: Walk) => read(reader, listStatement(filter, where, reader.tenant, withFound));
  const walk: Walk = { limit: limit + 1, order, after: from?.after };
  if (from?.window === undefined) {
    const files = await unlessTooBroad(search(searches.as(tenant, quickListMs), walk));
    if (files !== undefined) return { files: files.slice(0, limit), next: nextOf(files, limit) };
  }
  const reader = searches.as(tenant);
  const size = from?.window ?? smallestWindow.size;
  const end = await windowEnd(reader, { size, order, after: from?.after });
  const files = await search(reader, { ...walk, upTo: end });
  const next = nextOf(files, limit);
  if (next !== undefined) return { files: files.slice(0, limit), next: { ...next, window: size } };
  return { files, next: end === undefined ? undefined : { after: end, window: largerWindow(size) }, searchedTo: end };
}

function nextOf(files: readonly ListedFile[], limit: number): ListPosition | undefined {
  const last = files.length > limit ? files[limit - 1] : undefined;
  return last && { after: last.id };
}

async function read(reader: Reader, { text, values }: Built): Promise<ListedFile[]> {
  return await reader.query<ListedFile>({ text }, values);
}

interface Built {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Exported so that a test can look at its plan. */
export function listStatement(filter: FileFilter, walk: Walk, tenant: string | undefined, withFound = false): Built {
  const values: unknown[] = [];
  const tables = searched(tenant);
  const found = matches(filter, walk, tables, (value) => `$${values.push(value)}`);
  const text = `
    select ${fileColumns}, ${withFound ? foundSummary : 'null'} as found
    from (${found}) m join ${tables.files} f on f.id = m.id ${withFound ? withResult(tables) : ''}
    order by f.id ${walk.order ?? 'desc'}`;
  return { text, values };
}

import { FilemillError } from '#domain/errors.ts';
import type { Reader } from '../database/database.ts';
import type { Searchable } from '../database/reads.ts';
import { searched } from '../results/found.ts';

/** What searches ask: connections of their own, as the role of the tenant, for a limited time. */
export type Searches = Pick<Searchable, 'as'>;

/** After this time a list for which there is no good index goes through the files window by window. */
export const quickListMs = 250;
/** What is counted or sorted may take somewhat longer, as it shows more when it is about all files. */
const quickCountMs = 400;
/** How many files the first window holds, and the largest: each is some times as large as the one before. */
const firstWindow = 10_000;
const largestWindow = 250_000;
const growth = 5;

export interface Bounded<Answer> {
  readonly answer: Answer;
  /** Only this file and newer ones were looked at, as more would take too long; undefined if all were. */
  readonly searchedTo: string | undefined;
}

/** The answer about all files if it comes soon; otherwise that about the newest ones. */
export async function allOrNewest<Answer>(
  searches: Searches,
  tenant: string | undefined,
  ask: (reader: Reader, upTo?: string) => Promise<Answer>,
): Promise<Bounded<Answer>> {
  const quick = await unlessTooBroad(ask(searches.as(tenant, quickCountMs)));
  if (quick !== undefined) return { answer: quick, searchedTo: undefined };
  const reader = searches.as(tenant);
  const searchedTo = await windowEnd(reader, { size: firstWindow });
  return { answer: await ask(reader, searchedTo), searchedTo };
}

/** Undefined for a search that was ended because it took too long. */
export async function unlessTooBroad<Answer>(search: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await search;
  } catch (error) {
    if (error instanceof FilemillError && error.reason === 'FILTER_TOO_BROAD') return undefined;
    throw error;
  }
}

export interface Window {
  readonly size: number;
  readonly after?: string | undefined;
  readonly order?: 'asc' | 'desc';
}

export const smallestWindow: Window = { size: firstWindow };

export function largerWindow(size: number): number {
  return Math.min(size * growth, largestWindow);
}

/** The last file of a window; undefined if the window reaches the end. */
export async function windowEnd(reader: Reader, { size, after, order = 'desc' }: Window): Promise<string | undefined> {
  const where = after === undefined ? '' : `where id ${order === 'desc' ? '<' : '>'} $2::uuid`;
  const text = `select id from ${searched(reader.tenant).files} ${where} order by id ${order} offset $1 limit 1`;
  const [last] = await reader.query<{ id: string }>({ text }, [size, ...(after === undefined ? [] : [after])]);
  return last?.id;
}

import { createHash } from 'node:crypto';
import { isTenantName } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { isUuid } from '#domain/uuid.ts';

/** The most items of a batched call. */
export const maxBatchItems = 1_000;

/** @throws FilemillError REQUEST_INVALID when the batch is empty or too large */
export function requireBatch<Item>(items: readonly Item[], field: string): readonly Item[] {
  if (items.length > 0 && items.length <= maxBatchItems) return items;
  throw new FilemillError(
    'REQUEST_INVALID',
    `\`${field}\` must hold 1 to ${maxBatchItems} items; it holds ${items.length}.`,
  );
}

/** @throws FilemillError REQUEST_INVALID unless all columns have this length */
export function requireColumns(length: number, columns: Columns): void {
  const odd = Object.keys(columns).find((name) => columns[name]?.length !== length);
  if (odd !== undefined)
    throw new FilemillError('REQUEST_INVALID', `The column \`${odd}\` must hold ${length} values.`);
}

type Columns = Readonly<Record<string, readonly unknown[]>>;

/** Turns columns into rows. @throws FilemillError REQUEST_INVALID unless all columns have one length */
export function requireRows<C extends Columns>(columns: C): { readonly [Name in keyof C]: C[Name][number] }[] {
  const entries = Object.entries(columns);
  const length = entries[0]?.[1].length ?? 0;
  requireColumns(length, columns);
  return Array.from({ length }, (_, n) => {
    const row: Record<string, unknown> = {};
    for (const [name, values] of entries) row[name] = values[n];
    return row as { [Name in keyof C]: C[Name][number] };
  });
}

/**
 * Runs a batch over its valid items, and returns the outcomes of all items in order: a malformed item gets its own outcome
 * and does not affect the others.
 *
 * @param refuse the outcome of a malformed item, or undefined for a valid one
 */
export async function runBatch<Item, Outcome>(
  items: readonly Item[],
  refuse: (item: Item) => Outcome | undefined,
  run: (items: readonly Item[]) => Promise<readonly Outcome[]>,
): Promise<Outcome[]> {
  const refusals = items.map(refuse);
  const good = items.filter((_, index) => refusals[index] === undefined);
  const outcomes = (good.length === 0 ? [] : await run(good)).values();
  return refusals.map((refusal) => refusal ?? (outcomes.next().value as Outcome));
}

/** @throws FilemillError REQUEST_INVALID */
export function requireTenant(name: string): string {
  if (isTenantName(name)) return name;
  throw new FilemillError(
    'REQUEST_INVALID',
    '`tenant` must be lower-case letters, digits, ".", "_" and "-", at most 63, and begin with a letter or a digit.',
  );
}

/** The requested page size, or the default for 0. @throws FilemillError REQUEST_INVALID */
export function pageSize(asked: number): number {
  if (asked === 0) return 100;
  if (asked > 0 && asked <= maxBatchItems) return asked;
  throw new FilemillError('REQUEST_INVALID', `\`page_size\` must be 1 to ${maxBatchItems}; it is ${asked}.`);
}

/**
 * Refuses what PostgreSQL would refuse, at the price of a connection.
 *
 * @throws FilemillError REQUEST_INVALID
 */
export function refuseNul(...texts: readonly string[]): void {
  if (texts.some((text) => text.includes('\0')))
    throw new FilemillError('REQUEST_INVALID', 'The request holds a NUL character.');
}

/** An opaque token that continues after `lastId`, bound to the filter it was made for. */
export function pageToken(lastId: string, filter: unknown): string {
  return sealPlace(lastId, filter);
}

/** The id to continue after; undefined for the first page. @throws FilemillError REQUEST_INVALID */
export function parsePageToken(token: string, filter: unknown): string | undefined {
  const id = openPlace(token, filter);
  if (id === undefined || isUuid(id)) return id;
  throw notAToken();
}

/** An opaque token of the place where the next page begins, bound to the filter it was made for. */
export function sealPlace(place: string, filter: unknown): string {
  return Buffer.from(`${place} ${fingerprint(filter)}`).toString('base64url');
}

/** The place of a token; undefined for the first page. Clients may have made it up. @throws FilemillError REQUEST_INVALID */
export function openPlace(token: string, filter: unknown): string | undefined {
  if (token === '') return undefined;
  const text = Buffer.from(token, 'base64url').toString();
  const [place, print] = [text.slice(0, -printLength - 1), text.slice(-printLength)];
  if (place === '' || text.at(-printLength - 1) !== ' ') throw notAToken();
  if (print !== fingerprint(filter))
    throw new FilemillError('REQUEST_INVALID', '`page_token` belongs to another filter: start again without it.');
  return place;
}

export function notAToken(): FilemillError {
  return new FilemillError('REQUEST_INVALID', '`page_token` is not a token of this server.');
}

const printLength = 8;

function fingerprint(filter: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(filter) ?? '')
    .digest('base64url')
    .slice(0, printLength);
}

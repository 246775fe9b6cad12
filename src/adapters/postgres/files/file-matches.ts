import { type FileStatus, fileStatuses } from '#domain/file-state.ts';
import type { FindingsFilter } from '#domain/findings-filter.ts';
import { type Reading, readingsOf } from '#domain/search-text.ts';
import { uuidAt } from '#domain/uuid.ts';
import {
  foundConditions,
  type Parameter,
  type Searched,
  typeBeginsWith,
  typeCondition,
  whereAll,
} from '../results/found.ts';
import { waitingStates } from './state-tables.ts';

/** The filters of a list; an absent field means all. */
export interface FileFilter {
  readonly statuses?: readonly FileStatus[];
  /** The detected type, or a family such as `image/*`. Files in other `statuses` are matched by their declared type. */
  readonly mimeType?: string;
  readonly nameContains?: string;
  readonly sha256?: string;
  readonly createdFrom?: Date;
  readonly createdBefore?: Date;
  readonly errorCode?: string;
  readonly findings?: FindingsFilter;
  readonly batch?: string;
  /** What was typed into the search box, in any of its readings. */
  readonly text?: string;
}

/** Which of the matching files are asked for, in the order of their ids. */
export interface Walk {
  readonly limit: number;
  /** Newest first unless it is `asc`. */
  readonly order?: 'asc' | 'desc';
  /** Only files behind this one. */
  readonly after?: string | undefined;
  /** Only files up to this one, and itself. */
  readonly upTo?: string | undefined;
  /** Only files from this one on, and itself. */
  readonly from?: string | undefined;
}

interface Search {
  readonly filter: FileFilter;
  readonly reading: Reading | undefined;
  readonly tables: Searched;
  readonly parameter: Parameter;
}

/** A query for the `id`s of the files that match. */
export function matches(filter: FileFilter, walk: Walk, tables: Searched, parameter: Parameter): string {
  const { text, ...others } = filter;
  const readings = text === undefined ? [undefined] : readingsOf(text);
  const each = readings.map((reading) => matchesOf({ filter: others, reading, tables, parameter }, walk));
  if (each.length === 1) return each.join();
  const order = `order by id ${walk.order ?? 'desc'} limit ${parameter(walk.limit)}`;
  return `select id from (${each.map((one) => `(${one})`).join(' union ')}) found ${order}`;
}

function matchesOf(search: Search, walk: Walk): string {
  const { parameter, tables } = search;
  const sources = candidates(search);
  const id = sources === undefined ? 'f.id' : 'c.file_id';
  const range = rangeConditions(walk, parameter);
  const conditions = [...filterConditions(search, id), ...readingConditions(search, id), ...range(id)];
  const order = (what: string) => `order by ${what} ${walk.order ?? 'desc'} limit ${parameter(walk.limit)}`;
  // If only the state counts, each source needs no more rows than fill the page.
  const source = sources
    ?.map((one) =>
      isAboutFiles(search)
        ? one
        : `(select file_id from (${one}) s ${whereAll(range('s.file_id'))} ${order('s.file_id')})`,
    )
    .join(' union all ');
  const from = source === undefined ? `${tables.files} f` : `(${source}) c join ${tables.files} f on f.id = c.file_id`;
  return `select f.id from ${from} ${whereAll(conditions)} ${order(id)}`;
}

function rangeConditions({ order, after, upTo, from }: Walk, parameter: Parameter): (id: string) => string[] {
  const [behind, least, most] = order === 'asc' ? ['>', '<=', '>='] : ['<', '>=', '<='];
  const bounds = [
    [behind, after],
    [least, upTo],
    [most, from],
  ] as const;
  const known = bounds.flatMap(([comparison, bound]) =>
    bound === undefined ? [] : [`${comparison} ${parameter(bound)}::uuid`],
  );
  return (id) => known.map((one) => `${id} ${one}`);
}

/** The states in which the filter can match a file. */
function statesOf({ filter: { statuses, mimeType, errorCode, findings }, reading }: Search): readonly FileStatus[] {
  const wanted = statuses === undefined ? undefined : [...new Set(statuses)];
  if (findings !== undefined) return wanted?.filter((status) => status === 'COMPLETED') ?? ['COMPLETED'];
  if (wanted !== undefined) return wanted;
  if (errorCode !== undefined) return ['FAILED'];
  return mimeType === undefined && reading?.by !== 'type' ? fileStatuses : ['COMPLETED'];
}

/** Whether the search needs columns that the sources of `candidates` lack. */
function isAboutFiles(search: Search): boolean {
  const { mimeType, nameContains, sha256, createdFrom, createdBefore, batch, ...others } = search.filter;
  // All else that a batch is searched for is looked up in its files.
  if (batch !== undefined && Object.values(others).some((field) => field !== undefined)) return true;
  const declaredType = mimeType !== undefined && statesOf(search).some((status) => status !== 'COMPLETED');
  return (
    declaredType ||
    search.reading !== undefined ||
    [nameContains, sha256, createdFrom, createdBefore].some((field) => field !== undefined)
  );
}

/**
 * Queries for the ids of files by state, error or what was found, each in the order of an index; undefined when the search
 * asks for none of these. One snapshot shows the same states here and in `files`.
 */
function candidates(search: Search): string[] | undefined {
  const { filter, reading, parameter, tables } = search;
  const { statuses, mimeType, errorCode, findings } = filter;
  const isByType = reading?.by === 'type';
  if (filter.batch !== undefined && findings === undefined) return ofBatch(search, filter.batch);
  if (!isByType && [statuses, mimeType, errorCode, findings].every((field) => field === undefined)) return undefined;
  const wanted = statesOf(search);
  if (wanted.length === 0) return [nothing];
  if (errorCode !== undefined)
    return wanted.includes('FAILED')
      ? [`select file_id from file_states where status = 'FAILED' and error_code = ${parameter(errorCode)}`]
      : [nothing];
  const found = {
    ...findings,
    ...(mimeType !== undefined && { mimeType }),
    ...(isByType && { typePrefix: reading.prefix }),
  };
  return wanted.flatMap((status) => {
    if (status === 'PROCESSING') return processing(tables);
    if (status !== 'COMPLETED')
      return listedAs(status).map((state) => `select file_id from file_states where status = '${state}'`);
    return `select file_id from ${tables.results} ${whereAll(foundConditions(found, parameter))}`;
  });
}

/** One index lists the files of a batch that wait or FAILED by state, another all of them, in the order of ids. */
function ofBatch(search: Search, batch: string): string[] {
  const { parameter, tables } = search;
  const [wanted, name] = [statesOf(search), parameter(batch)];
  if (wanted.some((status) => status === 'PROCESSING' || status === 'COMPLETED')) {
    const states = wanted.length === fileStatuses.length ? '' : ` and status = any (${parameter(wanted)}::text[])`;
    return [`select id as file_id from ${tables.files} where batch = ${name}${states}`];
  }
  if (wanted.length === 0) return [nothing];
  return wanted
    .flatMap(listedAs)
    .map((state) => `select file_id from file_states where batch = ${name} and status = '${state}'`);
}

/** The states under which file_states lists files of this one. */
function listedAs(status: FileStatus): readonly string[] {
  return status === 'PENDING' ? waitingStates : [status];
}

const nothing = 'select file_id from file_states where false';

/** There are few of these, but a file may be in several claims. */
const processing = ({ claims, files }: Searched) => `
  select distinct i.id as file_id from ${claims} c cross join unnest(c.file_ids) as i (id)
  join ${files} p on p.id = i.id where p.status = 'PROCESSING' and p.lease_token = c.lease_token`;

function filterConditions({ filter, parameter, tables }: Search, id: string): string[] {
  const { statuses, mimeType, nameContains, sha256, createdFrom, createdBefore, errorCode, batch } = filter;
  const conditions: string[] = [];
  if (batch !== undefined) conditions.push(`f.batch = ${parameter(batch)}`);
  if (statuses !== undefined) conditions.push(`f.status = any (${parameter(statuses)}::text[])`);
  if (errorCode !== undefined) conditions.push(`f.error_code = ${parameter(errorCode)}`);
  if (mimeType !== undefined) conditions.push(typeCondition(declaredOrFound, mimeType, parameter));
  if (nameContains !== undefined) conditions.push(nameCondition(nameContains, parameter));
  if (sha256 !== undefined)
    conditions.push(`${id} in (select file_id from ${tables.results} where ${hashFound} = ${parameter(sha256)})`);
  if (createdFrom !== undefined)
    conditions.push(
      `f.created_at >= ${parameter(createdFrom)}::timestamptz`,
      `${id} >= ${parameter(uuidAt(createdFrom.getTime() - mintMarginMs))}::uuid`,
    );
  if (createdBefore !== undefined)
    conditions.push(
      `f.created_at < ${parameter(createdBefore)}::timestamptz`,
      `${id} < ${parameter(uuidAt(createdBefore.getTime() + mintMarginMs))}::uuid`,
    );
  return conditions;
}

function readingConditions({ reading, parameter, tables }: Search, id: string): string[] {
  switch (reading?.by) {
    case undefined:
      return [];
    case 'name':
      return [nameCondition(reading.part, parameter)];
    case 'id':
      return [`${id} between ${parameter(reading.from)}::uuid and ${parameter(reading.to)}::uuid`];
    case 'type':
      return [typeBeginsWith(declaredOrFound, reading.prefix, parameter)];
    case 'sha256':
      // No digit sorts behind `f`, in any collation.
      return [
        `${id} in (select file_id from ${tables.results} where ${hashFound} >= ${parameter(reading.prefix)}
         and ${hashFound} < ${parameter(`${reading.prefix}g`)})`,
      ];
  }
}

const declaredOrFound = 'f.mime_type collate "C"';
const hashFound = `output_data ->> 'sha256'`;

/** The index of names holds groups of three letters; for a part without one PostgreSQL would read all of it. */
const isIndexed = /[\p{L}\p{N}]{3}/u;

function nameCondition(part: string, parameter: Parameter): string {
  const name = `lower(f.filename)${isIndexed.test(part) ? '' : ` || ''`}`;
  return `${name} like '%' || lower(${parameter(likeLiteral(part))}) || '%'`;
}

/** A row is created within an hour after its id was minted, and clocks may differ by another hour. */
const mintMarginMs = 2 * 3_600_000;

function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

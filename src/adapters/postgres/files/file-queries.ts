import type { FileRecord } from '#domain/file.ts';
import { type FileStatus, fileStatuses } from '#domain/file-state.ts';
import type { FindingsFilter } from '#domain/findings-filter.ts';
import { uuidAt } from '#domain/uuid.ts';
import type { Reader, Statement } from '../database/database.ts';
import { foundConditions, type Parameter, type Searched, searched, typeCondition, whereAll } from '../results/found.ts';
import { fileColumns } from './file-rows.ts';

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
}

const byIds: Statement = {
  name: 'get-files',
  text: `select ${fileColumns} from files f where f.id = any ($1::uuid[])`,
};

/** The files that exist among `ids`, by id. */
export async function getFiles(database: Reader, ids: readonly string[]): Promise<Map<string, FileRecord>> {
  const rows = await database.query<FileRecord>(byIds, [ids]);
  return new Map(rows.map((file) => [file.id, file]));
}

const located: Statement = {
  name: 'locate-file',
  text: `select ${fileColumns}, f.storage_key as "storageKey" from files f where f.id = $1::uuid`,
};

/** A file, and where its bytes are; undefined if it does not exist. */
export async function locateFile(
  database: Reader,
  id: string,
): Promise<(FileRecord & { readonly storageKey: string }) | undefined> {
  const [file] = await database.query<FileRecord & { readonly storageKey: string }>(located, [id]);
  return file;
}

/**
 * One page of files with ids below `beforeId`, newest first. A search that no index supports ends at PostgreSQL's time limit
 * for a statement.
 *
 * @throws FilemillError FILTER_TOO_BROAD
 */
export async function listFiles(
  database: Reader,
  filter: FileFilter,
  page: { readonly limit: number; readonly beforeId?: string | undefined },
): Promise<FileRecord[]> {
  const { text, values } = listStatement(filter, { ...page, tenant: database.tenant });
  return await database.query<FileRecord>({ text }, values);
}

interface Page {
  readonly limit: number;
  readonly beforeId?: string | undefined;
  /** Whose files are searched; undefined for all. */
  readonly tenant: string | undefined;
}

/** Exported so that a test can look at its plan. */
export function listStatement(
  filter: FileFilter,
  { limit, beforeId, tenant }: Page,
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const before = beforeId === undefined ? undefined : `${parameter(beforeId)}::uuid`;
  const most = parameter(limit);
  const tables = searched(tenant);
  const sources = candidates(filter, parameter, tables);
  const id = sources === undefined ? 'f.id' : 'c.file_id';
  const conditions = filterConditions(filter, parameter, id, tables);
  if (before !== undefined) conditions.push(`${id} < ${before}`);
  // If only the state counts, each source needs no more rows than fill the page.
  const bound =
    !isAboutFiles(filter) &&
    `${before === undefined ? '' : `where s.file_id < ${before}`}
    order by s.file_id desc limit ${most}`;
  const source = sources?.map((one) => (bound ? `(select file_id from (${one}) s ${bound})` : one)).join(' union all ');
  const from = source === undefined ? `${tables.files} f` : `(${source}) c join ${tables.files} f on f.id = c.file_id`;
  return {
    text: `select ${fileColumns} from ${from} ${whereAll(conditions)} order by ${id} desc limit ${most}`,
    values,
  };
}

/** The states in which the filter can match a file. */
function statesOf({ statuses, mimeType, errorCode, findings }: FileFilter): readonly FileStatus[] {
  const wanted = statuses === undefined ? undefined : [...new Set(statuses)];
  if (findings !== undefined) return wanted?.filter((status) => status === 'COMPLETED') ?? ['COMPLETED'];
  if (wanted !== undefined) return wanted;
  if (errorCode !== undefined) return ['FAILED'];
  return mimeType === undefined ? fileStatuses : ['COMPLETED'];
}

/** Whether the filter needs columns that the sources of `candidates` lack. */
function isAboutFiles(filter: FileFilter): boolean {
  const { mimeType, nameContains, sha256, createdFrom, createdBefore } = filter;
  const declaredType = mimeType !== undefined && statesOf(filter).some((status) => status !== 'COMPLETED');
  return declaredType || [nameContains, sha256, createdFrom, createdBefore].some((field) => field !== undefined);
}

/**
 * Queries for the ids of files by state, error or what was found, each in the order of an index; undefined when the filter has
 * none of these. One snapshot shows the same states here and in `files`.
 */
function candidates(filter: FileFilter, parameter: Parameter, tables: Searched): string[] | undefined {
  const { statuses, mimeType, errorCode, findings } = filter;
  if ([statuses, mimeType, errorCode, findings].every((field) => field === undefined)) return undefined;
  const wanted = statesOf(filter);
  if (wanted.length === 0) return [nothing];
  if (errorCode !== undefined)
    return wanted.includes('FAILED')
      ? [`select file_id from file_states where status = 'FAILED' and error_code = ${parameter(errorCode)}`]
      : [nothing];
  const found = { ...findings, ...(mimeType !== undefined && { mimeType }) };
  return wanted.map((status) => {
    if (status === 'PROCESSING') return processing(tables);
    if (status !== 'COMPLETED') return `select file_id from file_states where status = '${status}'`;
    return `select file_id from ${tables.results} ${whereAll(foundConditions(found, parameter))}`;
  });
}

const nothing = 'select file_id from file_states where false';

/** There are few of these, but a file may be in several claims. */
const processing = ({ claims, files }: Searched) => `
  select distinct i.id as file_id from ${claims} c cross join unnest(c.file_ids) as i (id)
  join ${files} p on p.id = i.id where p.status = 'PROCESSING' and p.lease_token = c.lease_token`;

function filterConditions(filter: FileFilter, parameter: Parameter, id: string, { results }: Searched): string[] {
  const { statuses, mimeType, nameContains, sha256, createdFrom, createdBefore, errorCode } = filter;
  const conditions: string[] = [];
  if (statuses !== undefined) conditions.push(`f.status = any (${parameter(statuses)}::text[])`);
  if (errorCode !== undefined) conditions.push(`f.error_code = ${parameter(errorCode)}`);
  if (mimeType !== undefined) conditions.push(typeCondition('f.mime_type collate "C"', mimeType, parameter));
  if (nameContains !== undefined)
    conditions.push(`lower(f.filename) like '%' || lower(${parameter(likeLiteral(nameContains))}) || '%'`);
  if (sha256 !== undefined)
    conditions.push(`${id} in (select file_id from ${results} where output_data ->> 'sha256' = ${parameter(sha256)})`);
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

/** A row is created within an hour after its id was minted, and clocks may differ by another hour. */
const mintMarginMs = 2 * 3_600_000;

function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** The state of a file in one comparable word, which every change that a watcher should see changes. */
export type Version = string;

const version = `f.status || ':' || f.attempt || ':' || f.max_attempts`;

const ended: Statement = {
  name: 'ended-files',
  text: `
    select w.id as "watchedId", ${version} as version, ${fileColumns}
    from unnest($1::uuid[]) as w (id) left join files f on f.id = w.id
    where f.id is null or f.status in ('COMPLETED', 'FAILED')`,
};

const changed: Statement = {
  name: 'changed-files',
  text: `
    select w.id as "watchedId", ${version} as version, ${fileColumns}
    from unnest($1::uuid[], $2::text[]) as w (id, version) left join files f on f.id = w.id
    where f.id is null or ${version} <> w.version`,
};

interface Watched {
  readonly id: string;
  readonly version: Version;
  /** Null when the file was deleted. */
  readonly file: FileRecord | null;
}

/** The watched files that differ from the versions that the watcher has seen. */
export async function changedFiles(database: Reader, seen: ReadonlyMap<string, Version>): Promise<readonly Watched[]> {
  return (await database.query<WatchedRow>(changed, [[...seen.keys()], [...seen.values()]])).map(toWatched);
}

/** The watched files that are terminal or deleted. */
export async function endedFiles(database: Reader, ids: Iterable<string>): Promise<readonly Watched[]> {
  return (await database.query<WatchedRow>(ended, [[...ids]])).map(toWatched);
}

type WatchedRow = FileRecord & { readonly watchedId: string; readonly version: Version | null };

function toWatched({ watchedId, version, ...file }: WatchedRow): Watched {
  return { id: watchedId, version: version ?? '', file: version === null ? null : file };
}

import type { FileRecord } from '#domain/file.ts';
import type { FileStatus } from '#domain/file-state.ts';
import type { Database, Statement } from './database.ts';
import { type FileRow, fileColumns } from './file-rows.ts';

/** What a reader may ask for; an absent field means all. */
export interface FileFilter {
  readonly statuses?: readonly FileStatus[];
  /** Exact, or a family such as `image/*`. */
  readonly mimeType?: string;
  readonly nameContains?: string;
  readonly sha256?: string;
  readonly createdFrom?: Date;
  readonly createdBefore?: Date;
  readonly errorCode?: string;
}

const byIds: Statement = {
  name: 'get-files',
  text: `select ${fileColumns} from files f where f.id = any ($1::uuid[])`,
};

/** The files that exist among `ids`, by id. */
export async function getFiles(database: Database, ids: readonly string[]): Promise<Map<string, FileRecord>> {
  const rows = await database.query<FileRow>(byIds, [ids]);
  return new Map(rows.map((file) => [file.id, file]));
}

/** One page of files, newest first: those with an id below `beforeId`. */
export async function listFiles(
  database: Database,
  filter: FileFilter,
  { limit, beforeId }: { limit: number; beforeId?: string | undefined },
): Promise<FileRecord[]> {
  const { conditions, values } = filterConditions(filter);
  if (beforeId !== undefined) conditions.push(`f.id < $${values.push(beforeId)}::uuid`);
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const text = `select ${fileColumns} from files f ${where} order by f.id desc limit $${values.push(limit)}`;
  return await database.query<FileRow>({ text }, values);
}

function filterConditions(filter: FileFilter): { conditions: string[]; values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const add = (condition: (parameter: string) => string, value: unknown) => {
    if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
  };
  add((p) => `f.status = any (${p}::text[])`, filter.statuses);
  const family = filter.mimeType?.endsWith('/*') === true;
  add(
    (p) => (family ? `starts_with(f.mime_type, ${p})` : `f.mime_type = ${p}`),
    family ? filter.mimeType?.slice(0, -1) : filter.mimeType,
  );
  add((p) => `position(lower(${p}) in lower(f.filename)) > 0`, filter.nameContains);
  add((p) => `f.sha256 = ${p}`, filter.sha256);
  add((p) => `f.created_at >= ${p}::timestamptz`, filter.createdFrom);
  add((p) => `f.created_at < ${p}::timestamptz`, filter.createdBefore);
  add((p) => `f.error_code = ${p}`, filter.errorCode);
  return { conditions, values };
}

/** A file's state in one comparable word. Anything that a watcher should hear of changes it. */
export type Version = string;

const version = `f.status || ':' || f.attempt || ':' || f.max_attempts`;

const changed: Statement = {
  name: 'changed-files',
  text: `
    select w.id as "watchedId", ${version} as version, ${fileColumns}
    from unnest($1::uuid[], $2::text[]) as w (id, version) left join files f on f.id = w.id
    where f.id is null or ${version} <> w.version`,
};

/** What became of watched files since the versions that the watcher has seen; null for those that are gone. */
export async function changedFiles(
  database: Database,
  seen: ReadonlyMap<string, Version>,
): Promise<readonly { id: string; version: Version; file: FileRecord | null }[]> {
  const rows = await database.query<FileRow & { watchedId: string; version: Version | null }>(changed, [
    [...seen.keys()],
    [...seen.values()],
  ]);
  return rows.map(({ watchedId, version, ...file }) => ({
    id: watchedId,
    version: version ?? '',
    file: version === null ? null : file,
  }));
}

import type { FileRecord } from '#domain/file.ts';
import type { Reader, Statement } from '../database/database.ts';
import { fileColumns } from './file-rows.ts';

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

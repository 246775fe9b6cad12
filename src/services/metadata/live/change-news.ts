import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Database } from '#adapters/postgres/database/database.ts';
import { type Cursor, readChanges } from '#adapters/postgres/files/file-changes.ts';
import { getFiles } from '#adapters/postgres/files/file-queries.ts';
import type { FileRecord } from '#domain/file.ts';
import type { GetStatsResponseSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import { type ChangeNews, maxToldFiles } from '#platform/change-box.ts';

export type FileNews = ChangeNews<FileRecord, MessageInitShape<typeof GetStatsResponseSchema>>;

/** A file may be named once for each change: so many names are read before it is too much. */
const maxNames = 4 * maxToldFiles;

/**
 * What became of the files that changed since the cursor: their state of now, as the order of transaction ids is not
 * that of changes.
 */
export async function newsSince(
  database: Database,
  since: Cursor,
): Promise<FileNews & { readonly known: boolean; readonly behind: boolean }> {
  const { cursor, ids, known, behind } = await readChanges(database, since, maxNames);
  const distinct = new Set(ids);
  const tooMany = ids.length === maxNames || distinct.size > maxToldFiles;
  const told = tooMany ? [] : [...distinct];
  const found = told.length === 0 ? new Map<string, FileRecord>() : await getFiles(database, told);
  const files = new Map(told.map((id) => [id, found.get(id) ?? null]));
  return { cursor, files, lookAgain: tooMany || !known, known, behind };
}

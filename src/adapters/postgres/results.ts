import type { ResultRecord } from '#domain/file.ts';
import type { Database, Statement } from './database.ts';

const resultColumns = `
  r.id, r.file_id as "fileId", r.created_at as "createdAt", f.filename, f.path, r.output_data::text as "outputJson"`;

const byFileIds: Statement = {
  name: 'get-results',
  text: `select ${resultColumns} from results r join files f on f.id = r.file_id where r.file_id = any ($1::uuid[])`,
};

// $2 is the exact type, $3 the beginning of a family; whichever is null does not filter.
const typed = `($1::text is null or r.output_data ->> 'mime_type' = $1)
  and ($2::text is null or starts_with(r.output_data ->> 'mime_type', $2))`;

const page: Statement = {
  name: 'list-results',
  text: `
    select ${resultColumns} from results r join files f on f.id = r.file_id
    where ${typed} and ($3::uuid is null or r.id < $3) order by r.id desc limit $4`,
};

const all = `
  select ${resultColumns} from results r join files f on f.id = r.file_id where ${typed} order by r.file_id`;

const exportBatch = 500;

/** The results that exist among these files, by file id. */
export async function getResults(database: Database, fileIds: readonly string[]): Promise<Map<string, ResultRecord>> {
  const rows = await database.query<ResultRecord>(byFileIds, [fileIds]);
  return new Map(rows.map((result) => [result.fileId, result]));
}

/** One page of results, newest first: those with an id below `beforeId`. */
export async function listResults(
  database: Database,
  mimeType: string | undefined,
  { limit, beforeId }: { limit: number; beforeId?: string | undefined },
): Promise<ResultRecord[]> {
  return await database.query<ResultRecord>(page, [...typeParameters(mimeType), beforeId ?? null, limit]);
}

/** Every result of one moment, oldest file first, in batches. */
export function exportResults(database: Database, mimeType: string | undefined): AsyncGenerator<ResultRecord[]> {
  return database.cursor<ResultRecord>(all, typeParameters(mimeType), exportBatch);
}

function typeParameters(mimeType: string | undefined): [exact: string | null, family: string | null] {
  if (mimeType === undefined) return [null, null];
  return mimeType.endsWith('/*') ? [null, mimeType.slice(0, -1)] : [mimeType, null];
}

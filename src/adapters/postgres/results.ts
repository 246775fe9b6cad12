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

const exportBound: Statement = { name: 'export-bound', text: 'select uuidv7() as id' };

const exportPage: Statement = {
  name: 'export-results',
  text: `
    select ${resultColumns} from results r join files f on f.id = r.file_id
    where ${typed} and ($3::uuid is null or r.id > $3) and r.id <= $4 order by r.id limit $5`,
};

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

/**
 * Every result that is saved now, oldest first, in batches. Page by page, so that a slow reader holds
 * neither a connection nor a snapshot.
 */
export async function* exportResults(database: Database, mimeType: string | undefined): AsyncGenerator<ResultRecord[]> {
  const [bound] = await database.query<{ id: string }>(exportBound);
  let last: string | null = null;
  do {
    const values = [...typeParameters(mimeType), last, bound?.id, exportBatch];
    const page: ResultRecord[] = await database.query<ResultRecord>(exportPage, values);
    if (page.length > 0) yield page;
    last = page.length < exportBatch ? null : (page.at(-1)?.id ?? null);
  } while (last !== null);
}

function typeParameters(mimeType: string | undefined): [exact: string | null, family: string | null] {
  if (mimeType === undefined) return [null, null];
  return mimeType.endsWith('/*') ? [null, mimeType.slice(0, -1)] : [mimeType, null];
}

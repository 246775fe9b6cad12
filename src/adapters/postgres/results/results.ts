import type { ResultRecord } from '#domain/file.ts';
import type { Reader, Statement } from '../database/database.ts';
import { type FoundFilter, foundConditions, searched, whereAll, wholeOutput } from './found.ts';

const resultColumns = `
  r.id, r.file_id as "fileId", r.created_at as "createdAt", f.filename, f.path, f.tenant, f.bytes_expired_at as "bytesExpiredAt",
  ${wholeOutput}::text as "outputJson"`;

const byFileIds: Statement = {
  name: 'get-results',
  text: `select ${resultColumns} from results r join files f on f.id = r.file_id where r.file_id = any ($1::uuid[])`,
};

const latest = (tenant: string | undefined): Statement => ({
  name: 'latest-result',
  text: `select file_id as id from ${searched(tenant).results} order by file_id desc limit 1`,
});

const exportBatch = 500;

/** The results that exist among these files, by file id. */
export async function getResults(database: Reader, fileIds: readonly string[]): Promise<Map<string, ResultRecord>> {
  const rows = await database.query<ResultRecord>(byFileIds, [fileIds]);
  return new Map(rows.map((result) => [result.fileId, result]));
}

/** One page of results, newest file first: those of files with an id below `beforeFileId`. */
export async function listResults(
  database: Reader,
  filter: FoundFilter,
  { limit, beforeFileId }: { limit: number; beforeFileId?: string | undefined },
): Promise<ResultRecord[]> {
  const statement = resultsStatement(filter, database.tenant, [['<', beforeFileId]], `desc limit ${limit}`);
  return await database.query<ResultRecord>(...statement);
}

/**
 * All results as of now in batches, oldest file first. Read page by page, so that a slow reader holds neither a connection
 * nor a snapshot.
 */
export async function* exportResults(database: Reader, filter: FoundFilter): AsyncGenerator<ResultRecord[]> {
  const [end] = await database.query<{ id: string }>(latest(database.tenant));
  if (end === undefined) return;
  let last: string | undefined;
  do {
    const range = [
      ['>', last],
      ['<=', end.id],
    ] as const;
    const statement = resultsStatement(filter, database.tenant, range, `limit ${exportBatch}`);
    const page: ResultRecord[] = await database.query<ResultRecord>(...statement);
    if (page.length > 0) yield page;
    last = page.length < exportBatch ? undefined : page.at(-1)?.fileId;
  } while (last !== undefined);
}

/**
 * Ordered by file, as both indexes of results are. Exported so that a test can look at its plan.
 *
 * @param tenant whose results are searched; undefined for all
 */
export function resultsStatement(
  filter: FoundFilter,
  tenant: string | undefined,
  range: readonly (readonly [comparison: string, fileId: string | undefined])[],
  order: string,
): [Statement, unknown[]] {
  const { results, files } = searched(tenant);
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions = range.flatMap(([comparison, id]) =>
    id === undefined ? [] : `r.file_id ${comparison} ${parameter(id)}`,
  );
  conditions.push(...foundConditions(filter, parameter));
  const text = `
    select ${resultColumns} from ${results} r join ${files} f on f.id = r.file_id ${whereAll(conditions)} order by r.file_id ${order}`;
  return [{ text }, values];
}

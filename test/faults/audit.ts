import { stateContradictions } from '../support/state-contradictions.ts';
import type { Acknowledgement } from './ledger.ts';
import type { KeptFile, System } from './system.ts';
import { forbiddenChanges } from './terminal-watch.ts';

export interface Claims {
  readonly acknowledged: readonly Acknowledgement[];
  /** Every name that a client decided to upload, acknowledged or not. */
  readonly names: readonly string[];
  /** Files that have to end FAILED, with their code. */
  readonly mustFail: ReadonlyMap<string, string>;
}

/** What is wrong, each in a line; empty lists when the four invariants hold. */
export interface Findings {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
}

interface Row extends KeptFile {
  readonly filename: string;
  readonly size: number;
  readonly status: string;
  readonly error_code: string | null;
  readonly results: number;
  readonly result_sha256: string | null;
  readonly result_size: number | null;
}

/**
 * Compares the ledger with PostgreSQL, the store (bytes read and hashed again) and the results.
 *
 * lost: an acknowledged file without its row, its bytes or its result; any file that did not come to its
 * end; a terminal state that was left. duplicated: one decision with two files, or a file with two results.
 */
export async function audit(system: System, { acknowledged, names, mustFail }: Claims): Promise<Findings> {
  const rows = await rowsOf(system, names);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const lost = (await forbiddenChanges(system.postgres)).map((change) => `left its end: ${change}`);
  for (const entry of acknowledged) {
    const row = byId.get(entry.id);
    const problem = row === undefined ? 'has no row' : await problemOf(system, row, entry, mustFail.get(entry.id));
    if (problem !== undefined) lost.push(`${entry.filename} ${entry.id} ${problem}`);
  }
  const ended = new Set(['COMPLETED', 'FAILED']);
  for (const row of rows) if (!ended.has(row.status)) lost.push(`${row.filename} ${row.id} stays ${row.status}`);
  lost.push(...(await contradictions(system)));
  return { lost, duplicated: duplicatesAmong(rows, acknowledged) };
}

/** What the tables beside `files` say otherwise than `files`: a file that is in none of them would not be found. */
async function contradictions({ postgres }: System): Promise<string[]> {
  const rows = await postgres.query<{ contradiction: string }>(stateContradictions);
  return rows.map(({ contradiction }) => contradiction);
}

async function rowsOf({ postgres }: System, names: readonly string[]): Promise<Row[]> {
  return await postgres.query<Row>(
    `select f.id, f.filename, f.size::float8 as size, f.status, f.error_code, f.storage_key,
            count(r.id)::int as results, min(r.output_data ->> 'sha256') as result_sha256,
            min((r.output_data ->> 'size')::float8) as result_size
     from files f left join results r on r.file_id = f.id where f.filename = any ($1) group by f.id`,
    [names],
  );
}

async function problemOf(
  system: System,
  row: Row,
  { sha256, size }: Acknowledgement,
  expectedFailure: string | undefined,
): Promise<string | undefined> {
  if (expectedFailure !== undefined)
    return row.status === 'FAILED' && row.error_code === expectedFailure
      ? undefined
      : `is ${row.status} (${row.error_code}) instead of FAILED (${expectedFailure})`;
  if (row.size !== size) return `has ${row.size} bytes by its row instead of ${size}`;
  const kept = await system.hashOf(row);
  if (kept !== sha256) return `is kept with other bytes: ${kept}`;
  if (row.status !== 'COMPLETED') return `is ${row.status} (${row.error_code})`;
  if (row.result_sha256 !== sha256 || row.result_size !== size) return 'has a result that is not about its bytes';
  return undefined;
}

function duplicatesAmong(rows: readonly Row[], acknowledged: readonly Acknowledgement[]): string[] {
  const many = rows.filter(({ results }) => results > 1).map(({ id, results }) => `${id} has ${results} results`);
  const idsByName = Map.groupBy(
    [...rows, ...acknowledged].map(({ id, filename }) => ({ id, filename })),
    ({ filename }) => filename,
  );
  for (const [filename, files] of idsByName) {
    const ids = new Set(files.map(({ id }) => id));
    if (ids.size > 1) many.push(`${filename} became ${ids.size} files: ${[...ids].join(', ')}`);
  }
  return many;
}

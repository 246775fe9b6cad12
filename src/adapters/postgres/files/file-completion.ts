import type { Finding, Lease, SaveOutcome } from '#domain/file.ts';
import type { CompletedFile, FileEvents } from '#domain/file-events.ts';
import { textArray, uuidArray } from '../database/array-parameter.ts';
import { type Database, type Statement, sqlState } from '../database/database.ts';
import { announced } from './announced.ts';
import { countedInBatches } from './batch-counts.ts';
import { column, notifiedBy } from './file-rows.ts';
import { secondsBetween } from './moments.ts';
import { moved } from './state-tables.ts';

const completedInBatches = countedInBatches(
  'owned',
  [
    { status: `'OPEN'`, errorCode: `''`, files: -1, bytes: -1 },
    { status: `'COMPLETED'`, errorCode: `''`, files: 1, bytes: 1 },
  ],
  `(s.output_json::jsonb ->> 'word_count')::bigint`,
);

// The only place where the result service writes `files`. Invariant: the result row and COMPLETED appear together, once, and
// only for the token that owns the attempt. What changes is between `status` and `claimed_at` in the row, unless the hash was not
// declared: PostgreSQL logs an update from the first byte that differs to the last.
const save: Statement = {
  name: 'save-results',
  text: `
    with owned as (
      update files f set status = 'COMPLETED', mime_type = i.mime_type, sha256 = nullif(i.sha256, f.declared_sha256), lease_until = null,
        error_code = null, error_message = null, completed_at = now(), updated_at = now()
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
        as i (id, lease_token, mime_type, sha256, output_json)
      where f.id = i.id and f.lease_token = i.lease_token and f.status = 'PROCESSING'
      returning f.id, f.size, f.tenant, f.batch, f.mime_type, i.sha256, f.attempt, f.worker, i.output_json, f.created_at, f.claimed_at, f.completed_at
    ), saved as (
      insert into results (file_id, output_data) select id, output_json::jsonb from owned
    ), ${moved('owned', 'PROCESSING', 'COMPLETED')}, ${completedInBatches}, ${announced('owned', 'file.completed')}
    select owned.id, owned.tenant, owned.size, ${secondsBetween('created_at', 'claimed_at')} as "waitSeconds",
      ${secondsBetween('created_at', 'completed_at')} as "totalSeconds"
    from owned left join ${notifiedBy('owned')} on true`,
};

const findOthers: Statement = {
  name: 'find-save-outcomes',
  text: `
    select l.id, l.lease_token as "leaseToken", f.status = 'COMPLETED' and f.lease_token = l.lease_token as saved
    from unnest($1::uuid[], $2::uuid[]) as l (id, lease_token) join files f on f.id = l.id`,
};

/**
 * Saves findings and completes their files; outcomes in the order of `findings`. A finding that PostgreSQL cannot store
 * (jsonb refuses \u0000, for example) is INVALID and does not affect the others: the batch is bisected.
 */
export async function saveResults(
  database: Database,
  findings: readonly Finding[],
  events?: Pick<FileEvents, 'completed'>,
): Promise<SaveOutcome[]> {
  try {
    const saved = await database.query<CompletedFile>(save, [
      uuidArray(column(findings, 'id')),
      uuidArray(column(findings, 'leaseToken')),
      textArray(column(findings, 'mimeType')),
      textArray(column(findings, 'sha256')),
      textArray(column(findings, 'outputJson')),
    ]);
    events?.completed(saved);
    return await saveOutcomes(database, findings, new Set(column(saved, 'id')));
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (findings.length === 1)
      return [{ outcome: 'INVALID', message: (error as Error & { cause: Error }).cause.message }];
    const middle = findings.length >> 1;
    return [
      ...(await saveResults(database, findings.slice(0, middle), events)),
      ...(await saveResults(database, findings.slice(middle), events)),
    ];
  }
}

/** SQLSTATE class 22, data exception; 54000, too complex or too large. */
function isDataError(error: unknown): boolean {
  return /^(22|54)/.test(sqlState(error) ?? '');
}

async function saveOutcomes(
  database: Database,
  findings: readonly Finding[],
  savedIds: ReadonlySet<string>,
): Promise<SaveOutcome[]> {
  const rest = findings.filter(({ id }) => !savedIds.has(id));
  const values = [column(rest, 'id'), column(rest, 'leaseToken')];
  const others = rest.length === 0 ? [] : await database.query<Lease & { saved: boolean | null }>(findOthers, values);
  return findings.map(({ id, leaseToken }) => {
    if (savedIds.has(id)) return { outcome: 'SAVED' };
    const other = others.find((found) => found.id === id && found.leaseToken === leaseToken);
    if (other === undefined) return { outcome: 'GONE' };
    return { outcome: other.saved === true ? 'ALREADY_SAVED' : 'FENCED' };
  });
}

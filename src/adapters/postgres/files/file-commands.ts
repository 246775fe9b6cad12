import type { Actor } from '#domain/audit.ts';
import { actorParameter, audited, uploadsKept } from '../audit/audited.ts';
import type { Database, Statement } from '../database/database.ts';
import { announced } from './announced.ts';
import { batchesOf, waiting } from './batch-counts.ts';
import { column, notifiedBy } from './file-rows.ts';
import { movedEach } from './state-tables.ts';

// A retry raises the bound instead of lowering `attempt`, so that the history of attempts stays true. A file that has
// silenced workers still runs alone.
const retry: Statement = {
  name: 'retry-files',
  text: `
    with failed as (
      select id, error_code from files where id = any ($1::uuid[]) and status = 'FAILED' and bytes_expired_at is null order by id for update
    ), ${batchesOf('failed join files f on f.id = failed.id')}, retried as (
      update files f set status = ${waiting}, max_attempts = f.attempt + $2, error_code = null, error_message = null,
        silences = least(f.silences, 1), run_after = now(), next_ring_at = now(), updated_at = now()
      from failed i where f.id = i.id
      returning f.id, f.size, f.tenant, f.batch, f.priority, 'FAILED' as was, i.error_code as was_error, f.status, f.error_code
    ), ${movedEach('retried')}, ${audited('retried', 'retry', '$3')}
    select retried.id from retried left join ${notifiedBy('retried')} on true`,
};

const exist: Statement = { name: 'files-exist', text: 'select id from files where id = any ($1::uuid[])' };

const findOthers: Statement = {
  name: 'find-retry-outcomes',
  text: `
    select id, case when status = 'FAILED' and bytes_expired_at is not null then 'BYTES_EXPIRED' else 'NOT_FAILED' end as outcome
    from files where id = any ($1::uuid[])`,
};

/** The ids that a caller may write about: a file never changes its tenant. */
export async function visibleIds(
  database: Database,
  ids: readonly string[],
  tenant: string | undefined,
): Promise<readonly string[]> {
  if (tenant === undefined) return ids;
  return column(await database.as(tenant).query<{ id: string }>(exist, [ids]), 'id');
}

const wordsFound = `(select (r.output_data ->> 'word_count')::bigint from results r where r.file_id = s.id)`;

/**
 * CTEs that delete the files of `doomed` (id), whose rows are locked: one transaction deletes the rows, and queues the removal
 * of their bytes.
 */
export const deleted = `
  gone as (
    delete from files f using doomed i where f.id = i.id
    returning f.id, f.storage_key, f.bytes_expired_at, case when f.bytes_expired_at is null then f.size else 0 end as size,
      f.tenant, f.batch, f.priority, f.uploader, f.request_id, f.status as was, f.error_code as was_error, null as status, null as error_code, f as file
  ), queued as (
    insert into blob_deletions (storage_key) select storage_key from gone where bytes_expired_at is null on conflict do nothing
  ), ${movedEach('gone', wordsFound)}, ${uploadsKept('gone')}, ${announced('gone', 'file.deleted')}`;

const remove: Statement = {
  name: 'delete-files',
  text: `
    with doomed as (
      select id from files where id = any ($1::uuid[]) order by id for update
    ), ${deleted}, ${audited('gone', 'delete', '$2')}
    select gone.id from gone left join ${notifiedBy('gone')} on true`,
};

export type RetryOutcome = 'RETRIED' | 'NOT_FAILED' | 'BYTES_EXPIRED' | 'NOT_FOUND';

/**
 * Gives FAILED files `attempts` more attempts; outcomes in the order of `ids`.
 *
 * @param tenant the other files do not exist; undefined for all
 * @param by is recorded in the audit
 */
export async function retryFiles(
  database: Database,
  ids: readonly string[],
  attempts: number,
  tenant: string | undefined,
  by?: Actor,
): Promise<RetryOutcome[]> {
  const visible = await visibleIds(database, ids, tenant);
  const retried = new Set(
    column(await database.query<{ id: string }>(retry, [visible, attempts, actorParameter(by)]), 'id'),
  );
  const rest = visible.filter((id) => !retried.has(id));
  const others =
    rest.length === 0 ? [] : await database.query<{ id: string; outcome: RetryOutcome }>(findOthers, [rest]);
  const outcomes = new Map(others.map(({ id, outcome }) => [id, outcome]));
  return ids.map((id) => (retried.has(id) ? 'RETRIED' : (outcomes.get(id) ?? 'NOT_FOUND')));
}

/**
 * Deletes files in any state with their results; true for each id, in order, that existed.
 *
 * @param tenant the other files do not exist; undefined for all
 * @param by is recorded in the audit
 */
export async function deleteFiles(
  database: Database,
  ids: readonly string[],
  tenant: string | undefined,
  by?: Actor,
): Promise<boolean[]> {
  const visible = await visibleIds(database, ids, tenant);
  const gone = new Set(column(await database.query<{ id: string }>(remove, [visible, actorParameter(by)]), 'id'));
  return ids.map((id) => gone.has(id));
}

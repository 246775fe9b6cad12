import type { FileStatus } from '#domain/file-state.ts';
import { countedInBatches, shard } from './batch-counts.ts';

// The narrow tables beside `files` (db/migrations/0003): file_states lists the files that are PENDING, PAUSED or FAILED, claims those
// that may be PROCESSING, file_counts has the number of files in each state, and file_changes (0004) lists changed files.
// Invariant: every statement that changes `files.status` changes these tables, by the CTEs below.

/**
 * The states under which file_states lists PENDING files, in the order of their priorities. Each priority has its own, so that no
 * backlog of one is ever read in search of another.
 */
export const waitingStates = ['INTERACTIVE', 'PENDING', 'BULK'] as const;

export type WaitingState = (typeof waitingStates)[number];

/** The states of files that wait, as a list in SQL. */
export const waitingList = waitingStates.map((state) => `'${state}'`).join(', ');

/** The state in file_states of a PENDING file with this priority. */
export const waitingState = (priority: string) => `coalesce(upper(${priority}), 'PENDING')`;

/**
 * Joins the file `f` of each row of a narrow table, by its key. As a plain join, PostgreSQL may walk all files in the order of their
 * ids until it has met enough that the narrow table has: with millions of files and none in the state, that takes longer than a
 * statement may.
 *
 * @param barrier keeps PostgreSQL from merging the subquery into the join: a lock, or `offset 0` where nothing is locked
 */
export const fileOf = (id: string, columns: string, condition: string, barrier = 'offset 0') => `
  cross join lateral (select ${columns} from files f where f.id = ${id} and ${condition} ${barrier}) f`;

/** Whether the file `f` belongs to this claim still. */
export const claimedBy = (claim: string) => `f.status = 'PROCESSING' and f.lease_token = ${claim}.lease_token`;

/** Whether file_states lists files in this state. */
function isNamed(status: FileStatus | null): boolean {
  return status === 'PENDING' || status === 'PAUSED' || status === 'FAILED';
}

/**
 * CTEs for the files of `source` (id, size, tenant, priority; batch if they enter a named state), which moved between two states; null means
 * that they were created or deleted. None of them ended, or batch_counts would change too.
 */
export function moved(source: string, from: FileStatus | null, to: FileStatus | null): string {
  const parts: string[] = [];
  if (isNamed(from))
    parts.push(`left_${source} as (
      delete from file_states where status = '${from}' and file_id = ${idsOf(source)}
    )`);
  // Hardly ever are there any, and then the array is empty.
  if (from === 'PENDING')
    parts.push(`left_others_${source} as (
      delete from file_states where status in ('INTERACTIVE', 'BULK') and file_id = ${idsOf(`${source} where priority is not null`)}
    )`);
  if (isNamed(to))
    parts.push(`entered_${source} as (
      insert into file_states (status, tenant, file_id, batch)
      select ${to === 'PENDING' ? waitingState('priority') : `'${to}'`}, tenant, id, batch from ${source}
    )`);
  const counts = [from && `('${from}', -1)`, to && `('${to}', 1)`].filter(Boolean).join(', ');
  parts.push(
    counted(
      source,
      `select t.tenant, c.status, '' as error_code, c.sign * t.files as files, c.sign * t.bytes as bytes
       from (select tenant, count(*) as files, sum(size)::bigint as bytes from ${source} group by tenant) t,
         (values ${counts}) as c (status, sign)`,
    ),
    told(source),
  );
  return parts.join(', ');
}

/**
 * CTEs for files that each have their own state before and after.
 *
 * @param source has id, size, tenant, batch, priority, was, was_error, status and error_code; a null status means created or deleted
 * @param words see `countedInBatches`
 */
export function movedEach(source: string, words?: string): string {
  const sides = `select tenant, was as status, was_error as error_code, -1 as sign, size from ${source}
    union all select tenant, status, error_code, 1, size from ${source}`;
  return `
    left_${source} as (
      delete from file_states where status in (${waitingList}, 'PAUSED', 'FAILED') and file_id = ${idsOf(source)}
    ), entered_${source} as (
      insert into file_states (status, tenant, file_id, batch, error_code)
      select case status when 'PENDING' then ${waitingState('priority')} else status end, tenant, id, batch,
        case when status = 'FAILED' then error_code end
      from ${source} where status in ('PENDING', 'PAUSED', 'FAILED')
    ), ${counted(
      source,
      `select tenant, status, case when status = 'FAILED' then coalesce(error_code, '') else '' end as error_code,
         sum(sign) as files, sum(sign * size)::bigint as bytes
       from (${sides}) m where status is not null group by 1, 2, 3`,
    )}, ${countedInBatches(
      source,
      [
        { status: 's.was', errorCode: 's.was_error', files: -1, bytes: -1 },
        { status: 's.status', errorCode: 's.error_code', files: 1, bytes: 1 },
      ],
      words,
    )}, ${told(source)}`;
}

/** CTEs for PENDING files of `source` (id, tenant, batch, priority) whose priority has changed. */
export function relisted(source: string): string {
  return `left_${source} as (
    delete from file_states where status in (${waitingList}) and file_id = ${idsOf(source)}
  ), entered_${source} as (
    insert into file_states (status, tenant, file_id, batch) select ${waitingState('priority')}, tenant, id, batch from ${source}
  ), ${told(source)}`;
}

/** CTEs for the files of `source` (id, size, tenant, batch, status, error_code) that stay in their state and hold no bytes any more. */
export function emptied(source: string): string {
  return `${counted(
    source,
    `select tenant, status, case when status = 'FAILED' then coalesce(error_code, '') else '' end as error_code,
       0 as files, -sum(size)::bigint as bytes
     from ${source} group by 1, 2, 3`,
  )}, ${countedInBatches(source, [
    { status: 's.status', errorCode: 's.error_code', files: 0, bytes: -1 },
  ])}, ${told(source)}`;
}

/**
 * An array, not a join: if file_states was empty when it was last analysed, a join would begin with it and scan all rows
 * that came since, for every batch.
 */
function idsOf(source: string): string {
  return `any (array(select id from ${source}))`;
}

function told(source: string): string {
  return `told_${source} as (
    insert into file_changes (tenant, ids) select tenant, array_agg(id) from ${source} group by tenant
  )`;
}

/** Written in the order of the key, so that two statements cannot deadlock. */
function counted(source: string, changes: string): string {
  return `counted_${source} as (
    insert into file_counts as c (tenant, shard, status, error_code, files, bytes)
    select m.tenant, ${shard}, m.status, m.error_code, m.files, m.bytes
    from (${changes}) m order by m.tenant, m.status, m.error_code
    on conflict (tenant, shard, status, error_code) do update set files = c.files + excluded.files, bytes = c.bytes + excluded.bytes
  )`;
}

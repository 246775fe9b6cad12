// What belongs to batches (db/migrations/0020) beside `files`. Invariant: every statement that creates, ends, retries or deletes
// files changes batch_counts, by the CTE below. Files without a batch cost a look at a column of theirs that is null.

/** Counters are kept in many more shards than a service has connections, yet in few enough to add up in one query. */
export const shard = 'pg_backend_pid() % 64';

/** The locked rows of the batches of `files f` in `from`: a hold that changes meanwhile is seen as it is then. */
export function batchesOf(from: string): string {
  return `batches_of as (
    select tenant, name, hold from batches
    where (tenant, name) in (select f.tenant, f.batch from ${from} where f.batch is not null) for share
  )`;
}

/** The state in which a file `f` waits; needs `batchesOf`. */
export const waiting = `case when f.batch is not null and exists (
    select from batches_of b where b.tenant = f.tenant and b.name = f.batch and b.hold = 'PAUSED'
  ) then 'PAUSED' else 'PENDING' end`;

/** What is added for each file `s` of a source, as SQL. */
interface Side {
  /** Nothing is added where it is null. */
  readonly status: string;
  readonly errorCode: string;
  readonly files: 1 | 0 | -1;
  /** Times the size of the file. */
  readonly bytes: 1 | -1;
}

/**
 * A CTE that counts the files of `source` (tenant, batch, size) out of one state and into another.
 *
 * @param words how many words were found in a COMPLETED file, for files `s`
 */
export function countedInBatches(source: string, sides: readonly Side[], words = '0'): string {
  const changes = sides.map(
    ({ status, errorCode, files, bytes }) => `
      select s.tenant, s.batch, case when ${status} in ('COMPLETED', 'FAILED') then ${status} else 'OPEN' end as status,
        case when ${status} = 'FAILED' then coalesce(${errorCode}, '') else '' end as error_code,
        ${files} as files, ${bytes} * s.size as bytes,
        case when ${status} = 'COMPLETED' then ${files} * coalesce(${words}, 0) else 0 end as words
      from ${source} s where s.batch is not null and ${status} is not null`,
  );
  return `batch_counted_${source} as (
    insert into batch_counts as c (tenant, batch, shard, status, error_code, files, bytes, words)
    select tenant, batch, ${shard}, status, error_code, sum(files), sum(bytes)::bigint, sum(words)::bigint
    from (${changes.join(' union all ')}) m
    group by tenant, batch, status, error_code having sum(files) <> 0 or sum(bytes) <> 0
    order by tenant, batch, status, error_code
    on conflict (tenant, batch, shard, status, error_code) do update
      set files = c.files + excluded.files, bytes = c.bytes + excluded.bytes, words = c.words + excluded.words, changed_at = now()
  )`;
}

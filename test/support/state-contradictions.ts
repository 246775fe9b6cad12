/**
 * Selects what the tables beside `files` say otherwise than `files`, in words. Nothing, ever: every statement that
 * changes a status changes them all.
 */
export const stateContradictions = `
  select format('%s is %s by files and %s by file_states', coalesce(f.id, s.file_id), f.state, s.status) as contradiction
  from (
    select id, tenant, batch, case status when 'PENDING' then coalesce(upper(priority), status) else status end as state, case when status = 'FAILED' then error_code end as error
    from files where status in ('PENDING', 'PAUSED', 'FAILED')
  ) f
  full join file_states s on s.file_id = f.id and s.tenant = f.tenant and s.status = f.state
    and s.error_code is not distinct from f.error and s.batch is not distinct from f.batch
  where f.id is null or s.file_id is null
  union all
  select format('%s is PROCESSING and in no claim', id) from files f
  where status = 'PROCESSING'
    and not exists (select from claims c where c.lease_token = f.lease_token and f.id = any (c.file_ids))
  union all
  select format('file_counts has %s files and %s bytes of %s too many in state %s %s', files, bytes, tenant, status, code)
  from (
    select tenant, status, code, sum(files) as files, sum(bytes) as bytes
    from (
      select tenant, status, error_code as code, files, bytes from file_counts
      union all
      select tenant, status, case when status = 'FAILED' then coalesce(error_code, '') else '' end, -1,
        case when bytes_expired_at is null then -size else 0 end
      from files
    ) every
    group by 1, 2, 3
  ) differences
  where files <> 0 or bytes <> 0
  union all
  select format('batch_counts has %s files, %s bytes and %s words of %s too many in %s %s', files, bytes, words, batch, status, code)
  from (
    select tenant, batch, status, code, sum(files) as files, sum(bytes) as bytes, sum(words) as words
    from (
      select tenant, batch, status, error_code as code, files, bytes, words from batch_counts
      union all
      select f.tenant, f.batch, case when f.status in ('COMPLETED', 'FAILED') then f.status else 'OPEN' end,
        case when f.status = 'FAILED' then coalesce(f.error_code, '') else '' end, -1,
        case when f.bytes_expired_at is null then -f.size else 0 end,
        -coalesce((select (r.output_data ->> 'word_count')::bigint from results r where r.file_id = f.id), 0)
      from files f where f.batch is not null
    ) every
    group by 1, 2, 3, 4
  ) differences
  where files <> 0 or bytes <> 0 or words <> 0`;

import type pg from 'pg';

/** The shares of files in each state that `insertManyFiles` makes, in hundredths. */
const shares = { PENDING: 20, FAILED: 1 } as const;

/**
 * Fills an empty database as if so many files had gone through it: a fifth still PENDING, one in a hundred FAILED, the
 * others COMPLETED with results; one every 20 seconds up to now.
 */
export async function insertManyFiles(client: pg.Client, files: number): Promise<void> {
  const status = `case when n % 100 < ${shares.PENDING} then 'PENDING'
    when n % 100 < ${shares.PENDING + shares.FAILED} then 'FAILED' else 'COMPLETED' end`;
  await client.query(`set maintenance_work_mem = '512MB'`);
  const indexes = await withoutIndexes(client);
  await client.query(
    `insert into files (id, storage_key, filename, path, size, mime_type, status, max_attempts, run_after, next_ring_at,
       error_code, created_at, completed_at, tenant)
     select uuidv7((n - $1) * interval '20 seconds'), n::text, format('%s %s.txt', md5(n::text), n), '', 1000 + n % 9001,
       case when n % 1000 = 999 then 'image/x-rare' else 'text/plain' end, ${status}, 3,
       now() - interval '1 minute', now() + interval '1 hour', case when ${status} = 'FAILED' then 'analyzer_error' end,
       now() + (n - $1) * interval '20 seconds',
       case when ${status} = 'COMPLETED' then now() + (n - $1) * interval '20 seconds' + n % 997 * interval '1 second' end,
       case when n % 500 = 3 or n % 500 = 497 then 'small' else 'default' end
     from generate_series(1, $1::int) as n`,
    [files],
  );
  await client.query(
    `insert into file_states (status, tenant, file_id, error_code)
     select status, tenant, id, error_code from files where status in ('PENDING', 'FAILED')`,
  );
  await client.query(
    `insert into results (id, file_id, output_data)
     select id, id, jsonb_build_object('mime_type', mime_type, 'word_count', length(storage_key) * 10 + right(storage_key, 1)::int, 'sha256', md5(storage_key) || md5(filename),
       'extension_mismatch', storage_key like '%998', 'findings', ${findings})
     from files where status = 'COMPLETED'`,
  );
  await client.query(
    `insert into file_counts (tenant, shard, status, error_code, files, bytes)
     select tenant, 0, status, coalesce(error_code, ''), count(*), sum(size) from files group by 1, 3, 4`,
  );
  for (const definition of indexes) await client.query(definition);
  await client.query('vacuum (analyze)');
}

/** Of a result: nothing for most, a language for one in ten, and for one in a thousand each of what else filters ask for. */
const findings = `case
  when storage_key like '%997' then '{"text": {"encrypted": true}}'
  when storage_key like '%996' then '{"archive": {"error": {"code": "damaged", "message": "The end is missing."}}}'
  when storage_key like '%995' then '{"text": {"language": "de"}}'
  when storage_key like '%4' then '{"text": {"language": "en"}}'
  else '{}' end::jsonb`;

/** To keep them takes longer than to make them anew: answers with the statements that do. */
export async function withoutIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexname as name, i.indexdef as definition from pg_indexes i
     where i.schemaname = 'public' and i.tablename in ('files', 'results')
       and not exists (select from pg_constraint c where c.conname = i.indexname)`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

import type { Batch } from '#domain/batch.ts';
import type { Database, Statement } from '../database/database.ts';
import type { Searchable } from '../database/reads.ts';
import { waitingList } from '../files/state-tables.ts';

/** The batches that are named `b`, with their counts. A batch of which nothing is left is not shown. */
const counted = `
  select b.tenant, b.name, b.created_at as "createdAt", c.changed_at as "changedAt", b.hold is not distinct from 'PAUSED' as paused, b.priority,
    jsonb_build_object('PENDING', w.pending, 'PAUSED', w.paused, 'PROCESSING', greatest(c.open - w.pending - w.paused, 0),
      'COMPLETED', c.completed, 'FAILED', c.failed) as files,
    c.bytes, c.words, coalesce((
      select jsonb_object_agg(e.error_code, e.files) from (
        select error_code, sum(files) as files from batch_counts
        where tenant = b.tenant and batch = b.name and status = 'FAILED' group by 1 having sum(files) > 0
      ) e), '{}') as errors
  from b cross join lateral (
    select coalesce(sum(files) filter (where status = 'OPEN'), 0) as open,
      coalesce(sum(files) filter (where status = 'COMPLETED'), 0) as completed,
      coalesce(sum(files) filter (where status = 'FAILED'), 0) as failed, sum(bytes)::bigint as bytes, sum(words)::bigint as words,
      max(changed_at) as changed_at, sum(files) as files
    from batch_counts where tenant = b.tenant and batch = b.name
  ) c cross join lateral (
    select count(*) filter (where status <> 'PAUSED') as pending, count(*) filter (where status = 'PAUSED') as paused
    from file_states where batch = b.name and tenant = b.tenant and status in (${waitingList}, 'PAUSED')
  ) w
  where c.files > 0 order by b.created_at desc, b.name`;

const newest: Statement = {
  name: 'list-batches',
  text: `with b as (select * from batches order by created_at desc limit $1) ${counted}`,
};

const one: Statement = {
  name: 'get-batch',
  text: `with b as (select * from batches where tenant = $1 and name = $2) ${counted}`,
};

/** The newest batches, at most `limit`. */
export async function listBatches(database: Searchable, tenant: string | undefined, limit: number): Promise<Batch[]> {
  return await database.as(tenant).query<Batch>(newest, [limit]);
}

/**
 * A batch of `owner`; undefined if it has no files.
 *
 * @param tenant what the caller may see; undefined for all
 */
export async function getBatch(
  database: Database,
  tenant: string | undefined,
  owner: string,
  name: string,
): Promise<Batch | undefined> {
  return (await database.as(tenant).query<Batch>(one, [owner, name]))[0];
}

// The ids of results are UUIDv7, so their index is in the order of time. It is read as a service: a policy would hide rows only after
// they were read, and there may be any number of other tenants' results.
const rate: Statement = {
  name: 'rate-of-batch',
  text: `
    select count(*) filter (where f.tenant = $1 and f.batch = $2)
      / greatest(extract(epoch from clock_timestamp() - min(r.created_at)), 1)::float8 as rate
    from (
      select file_id, created_at from results where id > uuidv7(interval '-1 minute') order by id desc limit 1000
    ) r join files f on f.id = r.file_id`,
};

/** How many files of a batch are completed a second: over the last minute, and at most the latest 1,000 results. */
export async function rateOfBatch(database: Database, owner: string, name: string): Promise<number> {
  return (await database.query<{ rate: number | null }>(rate, [owner, name]))[0]?.rate ?? 0;
}

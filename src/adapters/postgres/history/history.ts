import {
  type Backlog,
  type HistoryFigures,
  type HistoryPoint,
  type HistoryStep,
  historyKeptDays,
  historySteps,
  nothingHappened,
  stepMs,
} from '#domain/history.ts';
import type { Database, Statement } from '../database/database.ts';
import type { Searchable } from '../database/reads.ts';
import { waitsForWorker } from '../files/file-rows.ts';
import { secondsBetween } from '../files/moments.ts';
import { claimedBy, fileOf, waitingStates } from '../files/state-tables.ts';
import { allTenants } from './history-tally.ts';

const steps = `(values ${historySteps.map((step) => `('${step}')`).join(', ')}) as s (step)`;
const began = `date_trunc(s.step, now(), 'UTC')`;

// Written in the order of the key, so that two replicas cannot deadlock. PostgreSQL's clock names the minute: replicas agree on it.
const add: Statement = {
  name: 'add-history',
  text: `
    insert into history as h
      (step, at, tenant, accepted, accepted_bytes, completed, completed_bytes, failed, waits, totals)
    select s.step, ${began}, i.*
    from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::jsonb[], $7::jsonb[], $8::jsonb[])
      as i (tenant, accepted, accepted_bytes, completed, completed_bytes, failed, waits, totals), ${steps}
    order by s.step, i.tenant
    on conflict (step, tenant, at) do update set
      accepted = h.accepted + excluded.accepted, accepted_bytes = h.accepted_bytes + excluded.accepted_bytes,
      completed = h.completed + excluded.completed, completed_bytes = h.completed_bytes + excluded.completed_bytes,
      failed = add_counts(h.failed, excluded.failed), waits = add_counts(h.waits, excluded.waits),
      totals = add_counts(h.totals, excluded.totals)`,
};

/** Adds what happened to the present minute, hour and day. */
export async function addHistory(database: Database, figures: ReadonlyMap<string, HistoryFigures>): Promise<void> {
  if (figures.size === 0) return;
  const all = [...figures.values()];
  await database.query(add, [
    [...figures.keys()],
    all.map(({ accepted }) => accepted),
    all.map(({ acceptedBytes }) => acceptedBytes),
    all.map(({ completed }) => completed),
    all.map(({ completedBytes }) => completedBytes),
    ...(['failed', 'waits', 'totals'] as const).map((field) => all.map((one) => JSON.stringify(one[field]))),
  ]);
}

const isSampled: Statement = {
  name: 'history-is-sampled',
  text: `
    select from history
    where step = 'minute' and tenant = '${allTenants}' and at = date_trunc('minute', now(), 'UTC') and pending is not null`,
};

// One step of a loose index scan for each tenant with PENDING files, as in `waiting-queues`. Claims are few.
const sample: Statement = {
  name: 'sample-backlog',
  text: `
    with recursive counts as (
      select tenant, coalesce(sum(files) filter (where status = 'PENDING'), 0)::bigint as pending,
        coalesce(sum(files) filter (where status = 'PROCESSING'), 0)::bigint as processing
      from file_counts group by tenant
    ), waiting (state, tenant) as (
      select w.state, (select s.tenant from file_states s where s.status = w.state order by s.tenant limit 1)
      from (values ${waitingStates.map((state) => `('${state}')`).join(', ')}) as w (state)
      union all
      select t.state, (select s.tenant from file_states s where s.status = t.state and s.tenant > t.tenant order by s.tenant limit 1)
      from waiting t where t.tenant is not null
    ), oldest_pending as (
      select w.tenant, max(o.seconds) as seconds from waiting w cross join lateral (
        select ${secondsBetween('f.run_after', 'now()')} as seconds
        from file_states s ${fileOf('s.file_id', 'f.run_after', waitsForWorker)}
        where s.status = w.state and s.tenant = w.tenant
        order by s.file_id limit 1
      ) o where w.tenant is not null group by w.tenant
    ), oldest_processing as (
      select f.tenant, max(${secondsBetween('f.claimed_at', 'now()')}) as seconds
      from claims c cross join unnest(c.file_ids) as i (id)
        ${fileOf('i.id', 'f.tenant, f.claimed_at', claimedBy('c'))}
      group by f.tenant
    ), sampled as (
      select c.tenant, c.pending, c.processing, coalesce(p.seconds, 0) as waited, coalesce(r.seconds, 0) as ran
      from counts c left join oldest_pending p using (tenant) left join oldest_processing r using (tenant)
      where c.pending > 0 or c.processing > 0
    ), told as (
      select * from sampled union all
      select '${allTenants}', coalesce(sum(pending), 0)::bigint, coalesce(sum(processing), 0)::bigint,
        coalesce(max(waited), 0), coalesce(max(ran), 0) from sampled
    )
    insert into history as h (step, at, tenant, pending, processing, oldest_pending_seconds, oldest_processing_seconds)
    select s.step, ${began}, told.* from told, ${steps} order by s.step, told.tenant
    on conflict (step, tenant, at) do update set
      pending = greatest(h.pending, excluded.pending), processing = greatest(h.processing, excluded.processing),
      oldest_pending_seconds = greatest(h.oldest_pending_seconds, excluded.oldest_pending_seconds),
      oldest_processing_seconds = greatest(h.oldest_processing_seconds, excluded.oldest_processing_seconds)`,
};

/** Notes the backlog of the present minute, unless another replica has; answers whether it did. */
export async function sampleBacklog(database: Database): Promise<boolean> {
  if ((await database.query(isSampled)).length > 0) return false;
  await database.query(sample);
  return true;
}

const prune: Statement = {
  name: 'prune-history',
  text: `
    with old as (
      select o.* from unnest($1::text[], $2::int[]) as k (step, days) cross join lateral (
        select h.step, h.tenant, h.at from history h
        where h.step = k.step and h.at < now() - make_interval(days => k.days) order by h.at limit $3
      ) o limit $3
    ), gone as (
      delete from history h using old o where h.step = o.step and h.tenant = o.tenant and h.at = o.at returning true
    )
    select count(*) as rows from gone`,
};

/** Deletes at most `most` of the oldest rows that are older than is kept, and tells how many. */
export async function pruneHistory(database: Database, most: number): Promise<number> {
  const days = historySteps.map((step) => historyKeptDays[step]);
  const [row] = await database.query<{ rows: number }>(prune, [historySteps, days, most]);
  return row?.rows ?? 0;
}

export interface HistoryRange {
  readonly step: HistoryStep;
  /** When the first step begins. */
  readonly from: Date;
  /** When the last step has ended. */
  readonly to: Date;
}

const read: Statement = {
  name: 'read-history',
  text: `
    select at, accepted, accepted_bytes as "acceptedBytes", completed, completed_bytes as "completedBytes", failed, waits, totals,
      case when pending is not null then json_build_object('pending', pending, 'processing', processing,
        'oldestPendingSeconds', oldest_pending_seconds, 'oldestProcessingSeconds', oldest_processing_seconds) end as backlog
    from history where step = $1 and tenant = $2 and at >= $3 and at < $4`,
};

const readSampled: Statement = {
  name: 'read-sampled-steps',
  text: `
    select at from history
    where step = $1 and tenant = '${allTenants}' and at >= $2 and at < $3 and pending is not null`,
};

const noBacklog: Backlog = { pending: 0, processing: 0, oldestPendingSeconds: 0, oldestProcessingSeconds: 0 };

/**
 * Every step of the range, oldest first.
 *
 * @param tenant whose files count; undefined for all
 */
export async function readHistory(
  database: Searchable,
  { step, from, to }: HistoryRange,
  tenant: string | undefined,
): Promise<HistoryPoint[]> {
  const [rows, sampled] = await Promise.all([
    database.as(tenant).query<HistoryPoint>(read, [step, tenant ?? allTenants, from, to]),
    // A sample names the tenants with a backlog alone. That there was one says nothing about other tenants.
    database.query<{ at: Date }>(readSampled, [step, from, to]),
  ]);
  const known = new Map(rows.map((row) => [row.at.getTime(), row]));
  const wasSampled = new Set(sampled.map(({ at }) => at.getTime()));
  const points: HistoryPoint[] = [];
  for (let at = from.getTime(); at < to.getTime(); at += stepMs[step]) {
    const backlog = wasSampled.has(at) ? noBacklog : null;
    const found = known.get(at) ?? { at: new Date(at), ...nothingHappened, backlog };
    points.push({ ...found, backlog: found.backlog ?? backlog });
  }
  return points;
}

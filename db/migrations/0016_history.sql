-- What happened by minute, hour and day: docs/adr/0033-history.md. One statement adds to all three, so that they always agree.
-- The tenant '' stands for all tenants together.
create table history (
  step     text not null,
  -- When the step begins, by PostgreSQL's clock; hours and days are those of UTC.
  at       timestamptz not null,
  tenant   text not null,
  accepted bigint not null default 0,
  accepted_bytes bigint not null default 0,
  completed bigint not null default 0,
  completed_bytes bigint not null default 0,
  -- Of files that FAILED, by reason.
  failed   jsonb not null default '{}',
  -- Histograms of completed files: how many took how long, by the buckets of src/domain/histogram.ts.
  waits    jsonb not null default '{}',
  totals   jsonb not null default '{}',
  -- The most that was seen in a sample; null until there was one.
  pending    bigint,
  processing bigint,
  oldest_pending_seconds    float8,
  oldest_processing_seconds float8,
  primary key (step, tenant, at)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
-- For the pruner.
create index history_by_time on history (step, at);

alter table history enable row level security;

-- The sum of two objects of counts, key by key.
create function add_counts(jsonb, jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when $1 = '{}' then $2 when $2 = '{}' then $1 else (
    select jsonb_object_agg(key, files) from (
      select key, sum(value::bigint) as files
      from (select * from jsonb_each_text($1) union all select * from jsonb_each_text($2)) both_of_them
      group by key
    ) summed
  ) end
$$;

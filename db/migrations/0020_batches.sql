-- Files that belong together: docs/adr/0041-batches.md. Null for most files, and a null column rewrites no row.
alter table files add column batch text;
alter table file_states add column batch text;

create table batches (
  tenant     text not null,
  name       text not null,
  created_at timestamptz not null default now(),
  -- PAUSED: whatever would be PENDING is PAUSED. RESUMING: those of its files that are PAUSED are becoming PENDING.
  hold       text check (hold in ('PAUSED', 'RESUMING')),
  primary key (tenant, name)
);
create index batches_held on batches (hold) where hold is not null;

-- What became of the files of each batch, in shards, as in file_counts. A claim changes nothing here: all that have not ended are OPEN.
create table batch_counts (
  tenant     text not null,
  batch      text not null,
  shard      integer not null,
  status     text not null check (status in ('OPEN', 'COMPLETED', 'FAILED')),
  -- Of FAILED files; otherwise empty.
  error_code text not null,
  files      bigint not null,
  bytes      bigint not null,
  words      bigint not null,
  changed_at timestamptz not null default now(),
  primary key (tenant, batch, shard, status, error_code)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

alter table batches enable row level security;
alter table batch_counts enable row level security;

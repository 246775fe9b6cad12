-- Who wants to hear of files, and what there is to tell: docs/adr/0032-webhooks.md.
create table webhooks (
  id                uuid primary key default uuidv7(),
  -- Whose files; null for those of all tenants.
  tenant            text,
  -- `http`, or `redis` for the stream of FILEMILL_EVENTS_REDIS_STREAM.
  kind              text not null default 'http',
  url               text not null,
  description       text not null default '',
  events            text[] not null,
  -- Empty for all: `text/plain`, or `text/*`.
  types             text[] not null default '{}',
  -- Empty for all: how the path of a file begins.
  paths             text[] not null default '{}',
  -- Messages are signed with both until the old secret expires.
  secret            text not null,
  old_secret        text,
  old_secret_until  timestamptz,
  enabled           boolean not null default true,
  -- Why Filemill disabled it; otherwise empty.
  disabled_reason   text not null default '',
  created_at        timestamptz not null default now(),
  -- The row goes once what was to be delivered is gone.
  deleted_at        timestamptz,
  -- The process that delivers for it.
  lease_token       uuid,
  lease_until       timestamptz,
  -- Failures since the latest success, and what they were.
  failures          integer not null default 0,
  paused_until      timestamptz,
  last_failure      text not null default '',
  last_failure_at   timestamptz,
  last_success_at   timestamptz
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index webhooks_by_tenant on webhooks (tenant, id);

-- The outbox: what one statement did to files, for one webhook. A row for many events, so that a file costs next to nothing.
-- Logged: an event is lost only if its file's change is. Without a foreign key, whose check would lock the webhook for each.
create table webhook_batches (
  -- The last 16 bits are zero: the id of the nth event is this plus n, counted from 0.
  id          uuid primary key default (left(uuidv7()::text, 32) || '0000')::uuid,
  -- In the order of the changes of one file, as the statement takes the number under the lock of the file's row.
  seq         bigint generated always as identity,
  webhook_id  uuid not null,
  event       text not null,
  created_at  timestamptz not null default now(),
  -- An array of files, each an array of its fields as they were then.
  files       json not null,
  -- For each file the HTTP status of its delivery; 0 not yet, -1 see webhook_deliveries. Null before the first.
  answers     smallint[],
  -- Null while there is something to do.
  done_at     timestamptz,
  -- Not all of it was delivered at the first attempt.
  troubled    boolean not null default false
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_threshold = -1);
create index webhook_batches_by_webhook on webhook_batches (webhook_id, seq);
create index webhook_batches_open on webhook_batches (webhook_id, seq) where done_at is null;
create index webhook_batches_troubled on webhook_batches (webhook_id, seq) where troubled;

-- Events that were not delivered at the first attempt, and those that were asked for again.
create table webhook_deliveries (
  id          uuid primary key,
  webhook_id  uuid not null,
  file_id     uuid not null,
  seq         bigint not null,
  event       text not null,
  created_at  timestamptz not null,
  file        json not null,
  -- PENDING, DELIVERED or GIVEN_UP.
  state       text not null default 'PENDING',
  attempts    integer not null default 0,
  next_at     timestamptz not null default now(),
  gives_up_at timestamptz not null,
  last_at     timestamptz,
  -- The HTTP status of the latest answer; 0 without one.
  last_status integer not null default 0,
  last_error  text not null default ''
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at) where state = 'PENDING';
create index webhook_deliveries_by_file on webhook_deliveries (webhook_id, file_id, seq) where state = 'PENDING';
create index webhook_deliveries_by_webhook on webhook_deliveries (webhook_id, seq);

alter table webhooks enable row level security;
alter table webhook_batches enable row level security;
alter table webhook_deliveries enable row level security;

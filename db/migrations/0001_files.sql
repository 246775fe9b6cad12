-- The truth about each file. Transitions are drawn in src/domain/file-state.ts.
create table files (
  id              uuid primary key default uuidv7(),
  filename        text not null,
  path            text not null default '',
  size            bigint not null check (size >= 0),
  mime_type       text not null default '',
  status          text not null default 'PENDING'
                  check (status in ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED')),
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  completed_at    timestamptz,

  attempt         integer not null default 0 check (attempt between 0 and max_attempts),
  max_attempts    integer not null,
  -- Not claimable before.
  run_after       timestamptz not null default now(),
  -- When the reconciler rings for the file again; nothing else depends on it.
  next_ring_at    timestamptz not null default now(),

  -- Fences every write of an attempt; kept on a COMPLETED file so that a repeated save is recognised.
  lease_token     uuid,
  lease_until     timestamptz,
  worker          text,
  claimed_at      timestamptz,

  storage_key     uuid not null unique,
  declared_sha256 text,
  sha256          text,
  idempotency_key text unique,
  error_code      text,
  error_message   text,
  check (status <> 'PROCESSING' or (lease_token is not null and lease_until is not null))
);

create index files_due on files (run_after, id) where status = 'PENDING';
create index files_to_ring on files (next_ring_at) where status = 'PENDING';
-- Keyed by the token, not by lease_until, so that a renewal stays a heap-only update.
create index files_leased on files (lease_token) where status = 'PROCESSING';
create index files_by_status on files (status, id desc);
create index files_by_sha256 on files (sha256) where sha256 is not null;
create index files_by_error on files (error_code, id desc) where status = 'FAILED';

create table results (
  id          uuid primary key default uuidv7(),
  file_id     uuid not null unique references files (id) on delete cascade,
  output_data jsonb not null,
  created_at  timestamptz not null default now()
);

-- Attempts that did not complete.
create table attempts (
  file_id       uuid not null references files (id) on delete cascade,
  lease_token   uuid not null,
  attempt       integer not null,
  worker        text,
  claimed_at    timestamptz,
  ended_at      timestamptz not null default now(),
  -- FAILED: the worker said so. EXPIRED: its lease ran out.
  outcome       text not null check (outcome in ('FAILED', 'EXPIRED')),
  error_code    text not null,
  error_message text not null,
  primary key (file_id, lease_token)
);

create table workers (
  name       text primary key,
  started_at timestamptz not null,
  seen_at    timestamptz not null default now(),
  slots      integer not null,
  busy       integer not null,
  source     text not null
);

-- Bytes whose file was deleted, until the upload service has removed them.
create table blob_deletions (
  storage_key uuid primary key,
  created_at  timestamptz not null default now(),
  -- Taken by an upload process until then.
  taken_until timestamptz not null default '-infinity'
);
create index blob_deletions_free on blob_deletions (taken_until);

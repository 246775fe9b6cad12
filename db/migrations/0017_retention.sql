-- How long files are kept after their end: docs/adr/0034-retention.md. Without a rule, everything is kept.
create table retention_rules (
  id         uuid primary key default uuidv7(),
  -- Null: of all tenants, and below: in both states in which files end.
  tenant     text,
  status     text check (status in ('COMPLETED', 'FAILED')),
  -- From the settings of the server, for files that no other rule is about.
  is_default boolean not null default false check (not is_default or (tenant is null and status is null)),
  -- Seconds from the end of a file until its row, result, text and bytes go, or only its bytes and its text. Null: never.
  keep_files bigint check (keep_files >= 60),
  keep_bytes bigint check (keep_bytes >= 60),
  changed_at timestamptz not null default now(),
  -- It removes nothing earlier.
  acts_at    timestamptz not null,
  -- Its files stay as they are until acts_at; then the rule is forgotten.
  is_removed boolean not null default false,
  unique nulls not distinct (tenant, status, is_default)
);
alter table retention_rules enable row level security;

-- How far each rule has got, so that no round looks again at what an earlier one has left. COMPLETED files are walked in the
-- order in which they were completed, by the ids of their results; FAILED ones by the ids of the files.
create table retention_walks (
  rule_id   uuid not null references retention_rules (id) on delete cascade,
  what      text not null check (what in ('files', 'bytes')),
  status    text not null check (status in ('COMPLETED', 'FAILED')),
  position  uuid,
  begun_at  timestamptz not null default now(),
  resume_at timestamptz not null default now(),
  primary key (rule_id, what, status)
) with (fillfactor = 50);

-- When the bytes, and the kept text, were given up while the row stays. A null column without a default rewrites no row.
alter table files add column bytes_expired_at timestamptz;

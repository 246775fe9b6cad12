-- Who may change the bytes of an upload that comes in over several calls: docs/adr/0014-uploads-that-resume.md. Logged: a table
-- that a crash empties would let a second holder in while the first still counts on its time.
create table upload_locks (
  upload_id    uuid primary key,
  token        uuid not null,
  locked_until timestamptz not null,
  -- Another token has asked for it since it was taken.
  wanted       boolean not null default false
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

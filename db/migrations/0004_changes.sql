-- Which files changed, one row a statement, for live pages: docs/adr/0012-a-log-of-changes.md. Not logged, so that it costs
-- little; after a crash it is empty, and file_changes_kept too, by which readers notice.
create unlogged table file_changes (
  xid xid8 not null default pg_current_xact_id(),
  ids uuid[] not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_threshold = -1);
create index file_changes_by_xid on file_changes (xid);
-- Random bytes do not compress.
alter table file_changes alter column ids set storage external;

-- One row: every change by this transaction and later ones is in file_changes.
create unlogged table file_changes_kept (
  one   boolean primary key default true check (one),
  since xid8 not null
);
insert into file_changes_kept (since) values (pg_current_xact_id());

-- Which files are taken first: docs/adr/0049-priorities.md. Null is `normal`, as for most files, and a null column rewrites no row.
alter table files add column priority text;
alter table files add constraint files_priority_check check (priority in ('interactive', 'bulk')) not valid;
-- Of files that are uploaded to the batch without a priority of their own; null is `normal`.
alter table batches add column priority text check (priority in ('interactive', 'bulk'));

-- Tenants whose files are held back, as batches are: see 0020_batches.
create table tenant_holds (
  tenant text primary key,
  hold   text not null check (hold in ('PAUSED', 'RESUMING'))
);

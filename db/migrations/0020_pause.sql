-- Files that are held back until somebody resumes them: docs/adr/0041-batches.md. Every row satisfies the wider check, so none is read.
alter table files drop constraint files_status_check,
  add constraint files_status_check check (status in ('PENDING', 'PAUSED', 'PROCESSING', 'COMPLETED', 'FAILED')) not valid;

-- Apart from 0010_tenants, so that the files can be read while these are made. Both locks come first: a service that held one of
-- the tables while it waited for the other would end this by a deadlock, after minutes of work.
lock table files, file_states in share row exclusive mode;
create index files_by_tenant on files (tenant, id);
create index file_states_by_tenant on file_states (status, tenant, file_id);

-- A key names a file of its tenant. Most files of many small ones have none.
create unique index files_idempotency on files (tenant, idempotency_key) where idempotency_key is not null;

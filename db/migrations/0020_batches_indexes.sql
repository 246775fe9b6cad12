-- Apart from 0020_batches, so that the files can be read while these are made. No file without a batch is in them.
-- Both locks come first: see 0010_tenants_indexes.
lock table files, file_states in share row exclusive mode;
create index files_by_batch on files (batch, id) where batch is not null;
create index file_states_by_batch on file_states (batch, status, file_id) where batch is not null;

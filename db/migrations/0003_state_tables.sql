-- Each row of `files` is written three times: created, claimed, completed. No index of it names a column that
-- changes, so the later two stay heap-only updates: they write no index and leave nothing for a vacuum of
-- the large table. What has to be found by its state is in narrow tables beside it: file_states for what is PENDING
-- or FAILED, claims for what is PROCESSING, results for what is COMPLETED. The statements that change a status change
-- them too.
drop index files_due, files_to_ring, files_leased, files_by_status, files_by_sha256, files_by_error;

-- The id is minted by whoever stored the bytes: a create that is repeated names the same file.
alter table files alter column id drop default;
alter table files drop constraint files_storage_key_key;
alter table files alter column storage_key type text using storage_key::text;
-- Room for both later versions of a row on its own page.
alter table files set (fillfactor = 45);

-- Files that are PENDING or FAILED.
create table file_states (
  status     text not null,
  file_id    uuid not null,
  -- Of a FAILED file.
  error_code text,
  primary key (status, file_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_threshold = -1);
create index file_states_by_error on file_states (error_code, file_id) where status = 'FAILED';
insert into file_states (status, file_id, error_code)
select status, id, case when status = 'FAILED' then error_code end from files where status in ('PENDING', 'FAILED');

-- The files of each claim, until the reconciler finds that none of them is PROCESSING by its token any more. A row for
-- a claim of hundreds, and none to change when a lease is renewed or a file completed.
create table claims (
  lease_token uuid not null,
  -- A claim may be repeated late, and claim other files.
  claimed_at  timestamptz not null default clock_timestamp(),
  file_ids    uuid[] not null,
  primary key (lease_token, claimed_at)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
insert into claims (lease_token, file_ids)
select lease_token, array_agg(id) from files where status = 'PROCESSING' group by lease_token;

-- How many files are in each state, and their bytes, in shards: the sum over them counts. A connection keeps to
-- one shard, so that statements at the same time do not wait for each other.
create table file_counts (
  shard      integer not null,
  status     text not null,
  -- Of FAILED files; otherwise empty.
  error_code text not null,
  files      bigint not null,
  bytes      bigint not null,
  primary key (shard, status, error_code)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
insert into file_counts (shard, status, error_code, files, bytes)
select 0, status, case when status = 'FAILED' then coalesce(error_code, '') else '' end, count(*), sum(size)::bigint
from files group by 1, 2, 3;

-- A result is written by the statement that completes its file, under the lock of the file's row: to look the row up
-- once more for each of them would be for nothing. What a deletion does is left to a trigger.
alter table results drop constraint results_file_id_fkey;
alter table results add constraint results_file_id_fkey
  foreign key (file_id) references files (id) on delete cascade not enforced;

create function delete_results() returns trigger language plpgsql as $$
begin
  delete from results r using gone g where r.file_id = g.id;
  return null;
end $$;
create trigger files_delete_results after delete on files
  referencing old table as gone for each statement execute function delete_results();

create index results_by_sha256 on results ((output_data ->> 'sha256'));
create index results_by_mime_type on results ((output_data ->> 'mime_type') collate "C", file_id);

-- Names are searched for any part of them.
create extension if not exists pg_trgm;
create index files_by_name on files using gin (lower(filename) gin_trgm_ops) with (gin_pending_list_limit = 512);

-- Keys of segments are not UUIDs.
alter table blob_deletions alter column storage_key type text using storage_key::text;

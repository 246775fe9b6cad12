-- The request that created the file; null for files of earlier versions. At most 128 characters, never searched for.
alter table files add column request_id text;

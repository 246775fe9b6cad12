-- How a worker sees what it depends on: an array of filemill.v1.Dependency, in protobuf's JSON.
alter table workers add column dependencies jsonb not null default '[]';

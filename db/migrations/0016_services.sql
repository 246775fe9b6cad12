-- What a worker tells of itself, in protobuf's JSON format, and how far its clock is ahead of PostgreSQL's.
alter table workers add column service jsonb, add column clock_ahead_seconds float8;

-- Leases of the file that ran out, not counted as attempts: nobody knows which file silenced the worker.
-- Above 0 the file runs alone. See docs/adr/0007-suspects-run-alone.md.
alter table files add column silences integer not null default 0;
-- The present claim has begun, with nothing beside it: should its lease run out, the attempt stays counted.
alter table files add column begun_alone boolean not null default false;

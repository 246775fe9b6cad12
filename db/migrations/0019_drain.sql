-- Whether an operator wants the worker to claim no more, and whether it says that it holds nothing any longer: docs/adr/0041-batches.md.
alter table workers add column draining boolean not null default false, add column drained boolean not null default false;

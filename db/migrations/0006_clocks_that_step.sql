-- For how long a lease, or a lock, was given that ends at lease_until, or locked_until: one that ends later than that from now
-- was given before PostgreSQL's clock went back. See docs/adr/0020-clocks-that-step.md. Unknown for those of the release before.
alter table files add column lease_ms integer;
alter table upload_locks add column lock_ms integer;

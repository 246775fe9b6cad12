-- Apart from 0010_tenants_indexes, as it needs a stronger lock, though a short one. Earlier versions of that did this too.
alter table files drop constraint if exists files_idempotency_key_key;

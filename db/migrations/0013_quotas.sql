-- What tenants may hold and ask for: docs/adr/0028-audit-and-quotas.md. Null is no limit; a tenant without a row has the
-- defaults of the server.
create table tenants (
  name                    text primary key,
  max_files               bigint check (max_files >= 0),
  max_bytes               bigint check (max_bytes >= 0),
  max_uploads             bigint check (max_uploads >= 0),
  max_requests_per_minute bigint check (max_requests_per_minute >= 0),
  created_at              timestamptz not null default now()
);

-- The new files among these for which their tenants have room, until the end of the transaction. Only tenants that have a limit
-- are asked about, so that the others never wait for each other. In columns; a null limit is none.
create function files_within_quota(
  ids uuid[], owners text[], sizes bigint[], keys text[], most_files bigint[], most_bytes bigint[]
) returns setof uuid language plpgsql as $$
declare
  file record;
  holder text;
  held_files bigint;
  held_bytes bigint;
begin
  for file in
    select * from unnest(ids, owners, sizes, keys, most_files, most_bytes) with ordinality
      as i (id, tenant, size, key, max_files, max_bytes, n) order by tenant, n
  loop
    if holder is distinct from file.tenant then
      holder := file.tenant;
      -- Whoever had the lock before has committed: a statement of a function sees that, other than a statement that waited.
      perform pg_advisory_xact_lock(hashtextextended(holder, 13));
      select coalesce(sum(files), 0), coalesce(sum(bytes), 0) into held_files, held_bytes
        from file_counts where tenant = holder;
    end if;
    -- A repeated create needs no more room.
    continue when exists (select from files f where f.id = file.id)
      or exists (select from files f where f.tenant = holder and f.idempotency_key = file.key);
    continue when held_files + 1 > file.max_files or held_bytes + file.size > file.max_bytes;
    held_files := held_files + 1;
    held_bytes := held_bytes + file.size;
    return next file.id;
  end loop;
end $$;

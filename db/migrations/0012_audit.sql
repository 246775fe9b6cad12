-- Who did what: docs/adr/0028-audit-and-quotas.md. An upload is not here but in files.uploader, so that it costs no row; the
-- statement that deletes its file moves it here.
create table audit (
  -- A UUIDv7 of the moment at which it happened: a repeated write does nothing, and ids are in the order of time.
  id         uuid primary key default uuidv7(),
  -- Of the caller: how it is known, its id and its name for people.
  kind       text not null,
  actor      text not null,
  name       text not null,
  -- Of the file; otherwise of the caller.
  tenant     text not null,
  action     text not null,
  -- The id of a file or a token, or the name of a tenant; may be empty.
  object     text not null,
  request_id text not null,
  address    text not null,
  detail     jsonb
);
create index audit_by_object on audit (object, id) where object <> '';

-- Append only. Services have no right to change rows; this keeps the owner of the table from doing so by accident.
create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('filemill.prunes_audit', true) = 'on' then
    return null;
  end if;
  raise exception 'The audit is append-only: % is refused.', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
  for each statement execute function refuse_change_of_audit();

-- Deletes the oldest events that are older than `keep`, at most `most`. Nobody may have it forget the last seven days.
create function prune_audit(keep interval, most integer) returns bigint
language plpgsql security definer set search_path from current as $$
declare
  oldest_kept constant uuid := uuidv7(-keep);
  pruned bigint;
begin
  if keep < interval '7 days' then
    raise exception 'The audit is kept for seven days at least.' using errcode = 'invalid_parameter_value';
  end if;
  -- Only a superuser may give a function a parameter of this name to set.
  perform set_config('filemill.prunes_audit', 'on', true);
  delete from audit where id in (select id from audit where id < oldest_kept order by id limit most);
  get diagnostics pruned = row_count;
  perform set_config('filemill.prunes_audit', 'off', true);
  return pruned;
end $$;
revoke execute on function prune_audit(interval, integer) from public;

-- Who uploaded a file: a JSON array of kind, id, address and name; null for anonymous callers.
alter table files add column uploader text;

-- What each role of db/roles.sql may do: docs/adr/0029-tenants.md. The owner of the tables runs this after each change of it or
-- of the schema; repeating it does no harm. Further tables need a line here before a service can use them.

-- The tenant that `filemill_tenant` reads for. Without one, nothing is visible.
create or replace function current_tenant() returns text language sql stable
  return nullif(current_setting('filemill.tenant', true), '');

-- Searches read these views in place of the tables. Below a policy, PostgreSQL uses no index for a condition that might tell of
-- a row before the policy has hidden it, such as `like` or `->>`; in a view it does.
drop view if exists own_files, own_results, own_claims;
create view own_files as select * from files where tenant = current_tenant();
create view own_results as
  select r.* from results r join files f on f.id = r.file_id where f.tenant = current_tenant();
create view own_claims as
  select c.lease_token, array[f.id] as file_ids from claims c cross join unnest(c.file_ids) as i (id)
  join files f on f.id = i.id where f.tenant = current_tenant();

do $$
declare
  of_tenants constant text[] := array['files', 'file_states', 'file_changes', 'file_counts', 'history', 'webhooks', 'batches', 'batch_counts'];
  by_file constant text[] := array['results', 'attempts'];
  by_webhook constant text[] := array['webhook_batches', 'webhook_deliveries'];
  one text;
begin
  foreach one in array of_tenants || by_file || by_webhook loop
    execute format('drop policy if exists services on %I', one);
    execute format('create policy services on %I to filemill_metadata, filemill_result using (true) with check (true)', one);
    execute format('drop policy if exists own_tenant on %I', one);
    execute format('create policy own_tenant on %I for select to filemill_tenant using (%s)', one,
      case when one = any (of_tenants) then 'tenant = current_tenant()'
      when one = any (by_webhook) then '(select true from webhooks w where w.id = webhook_id)'
      -- The policy of `files` hides the other files from this subquery. An `exists` may become a hash of all files of the tenant.
      else '(select true from files f where f.id = file_id)' end);
  end loop;
  -- A rule about all tenants is about each of them.
  drop policy if exists services on retention_rules;
  create policy services on retention_rules to filemill_metadata using (true) with check (true);
  drop policy if exists own_tenant on retention_rules;
  create policy own_tenant on retention_rules for select to filemill_tenant using (tenant is null or tenant = current_tenant());
  -- These run with the rights of the owner. Unless named last, the temporary tables of whoever calls them come first.
  foreach one in array array['delete_results()', 'prune_audit(interval, integer)'] loop
    execute format('alter function %s set search_path = %I, pg_temp', one, current_schema());
  end loop;
  execute format('grant usage on schema %I to filemill_tenant, filemill_metadata, filemill_result', current_schema());
end $$;

grant select on files, file_states, file_changes, file_changes_kept, file_counts, history, results, attempts to filemill_tenant;
grant select on batches, batch_counts to filemill_tenant;
grant select, insert, update, delete on batches, batch_counts, tenant_holds to filemill_metadata;
grant select, insert, update on batch_counts to filemill_result;
grant select on own_files, own_results, own_claims to filemill_tenant;

grant select, insert, update, delete on files, file_states, file_counts, file_changes, file_changes_kept, claims to filemill_metadata;
grant select, insert, update, delete on workers, blob_deletions, upload_locks, tokens to filemill_metadata;
grant select, insert on attempts to filemill_metadata;
grant select on results to filemill_metadata;

grant select, insert on results to filemill_result;
grant select on files to filemill_result;
grant update (status, mime_type, sha256, lease_until, lease_ms, error_code, error_message, completed_at, updated_at)
  on files to filemill_result;
grant select, insert, update on file_counts to filemill_result;
grant insert on file_changes to filemill_result;

-- What happened stays: nobody may change or delete an event, but by its retention.
grant select, insert on audit to filemill_metadata;
grant insert on audit to filemill_result;
grant execute on function prune_audit(interval, integer) to filemill_metadata;
grant select, insert, update, delete on tenants to filemill_metadata;

grant select on retention_rules, retention_walks to filemill_tenant;
grant select, insert, update, delete on retention_rules, retention_walks to filemill_metadata;
grant select, insert, update, delete on history to filemill_metadata;
grant select, insert, update on history to filemill_result;
-- The secrets of webhooks are for the process that signs alone.
grant select (id, tenant, kind, url, description, events, types, paths, old_secret_until, enabled, disabled_reason, created_at, deleted_at,
  failures, paused_until, last_failure, last_failure_at, last_success_at) on webhooks to filemill_tenant;
grant select on webhook_batches, webhook_deliveries to filemill_tenant;
grant select, insert, update, delete on webhooks, webhook_batches, webhook_deliveries to filemill_metadata;
grant select (id, tenant, events, types, paths, enabled) on webhooks to filemill_result;
grant insert on webhook_batches to filemill_result;

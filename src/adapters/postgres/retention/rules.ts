import { type EndedStatus, graceMs, type Keeping, type RetentionRule, type RuleScope } from '#domain/retention.ts';
import type { Database, Reader, Statement } from '../database/database.ts';

/**
 * A subquery for the id of the rule that decides about the files of a tenant in a state. Invariant: exactly one rule decides
 * about a file, or none. A rule of its tenant goes before one of all tenants, then a rule of its state before one of both, then
 * any before the default. A removed rule decides until it is forgotten, so that a wider one does not act in its place at once.
 */
export function decidingRule(tenant: string, status: EndedStatus): string {
  return `(select d.id from retention_rules d
    where (d.tenant = ${tenant} or d.tenant is null) and (d.status = '${status}' or d.status is null)
    order by d.tenant is null, d.status is null, d.is_default limit 1)`;
}

const columns = (rule: string) => `
  ${rule}.id, ${rule}.tenant, ${rule}.status, ${rule}.is_default as "isDefault", ${rule}.keep_files as "keepFiles",
  ${rule}.keep_bytes as "keepBytes", ${rule}.changed_at as "changedAt", ${rule}.acts_at as "actsAt", ${rule}.is_removed as "isRemoved"`;

const all: Statement = {
  name: 'retention-rules',
  text: `select ${columns('r')} from retention_rules r order by r.tenant nulls first, r.status nulls first, r.is_default desc`,
};

const one: Statement = {
  name: 'retention-rule',
  text: `select ${columns('r')} from retention_rules r where r.id = $1::uuid`,
};

// A rule that says what it said before goes on as it is. A changed one begins its walks anew.
const set: Statement = {
  name: 'set-retention-rule',
  text: `
    with rule as (
      insert into retention_rules as r (tenant, status, is_default, keep_files, keep_bytes, acts_at)
      values ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond')
      on conflict (tenant, status, is_default) do update set keep_files = excluded.keep_files, keep_bytes = excluded.keep_bytes,
        is_removed = false,
        changed_at = case when row(r.keep_files, r.keep_bytes, r.is_removed)
          is distinct from row(excluded.keep_files, excluded.keep_bytes, false) then now() else r.changed_at end,
        acts_at = case when row(r.keep_files, r.keep_bytes, r.is_removed)
          is distinct from row(excluded.keep_files, excluded.keep_bytes, false) then excluded.acts_at
          else least(r.acts_at, excluded.acts_at) end
      returning new.*, coalesce(old.changed_at, '-infinity') <> new.changed_at as is_changed
    ), begun as (
      insert into retention_walks (rule_id, what, status)
      select r.id, w.what, s.status from rule r
        cross join (values ('files'), ('bytes')) as w (what) cross join (values ('COMPLETED'), ('FAILED')) as s (status)
      where r.is_changed and coalesce(r.status, s.status) = s.status
      on conflict (rule_id, what, status) do update set position = null, begun_at = now(), resume_at = now()
    )
    select ${columns('r')} from rule r`,
};

const remove: Statement = {
  name: 'remove-retention-rule',
  text: `
    update retention_rules r set is_removed = true, changed_at = case when r.is_removed then r.changed_at else now() end,
      acts_at = case when r.is_removed then least(r.acts_at, now() + $2 * interval '1 millisecond')
        else now() + $2 * interval '1 millisecond' end
    where r.id = $1::uuid and not r.is_default returning ${columns('r')}`,
};

// Below the default there is no rule that could take its place: what it removed is kept from now on.
const forgetDefault: Statement = {
  name: 'forget-default-retention',
  text: 'delete from retention_rules where is_default',
};

// The files of a forgotten rule belong to wider rules, which have walked past them.
const forgetRemoved: Statement = {
  name: 'forget-removed-retention-rules',
  text: `
    with gone as (delete from retention_rules where is_removed and acts_at <= now() returning id)
    update retention_walks w set position = null, begun_at = now(), resume_at = now()
    where exists (select from gone) and w.rule_id not in (select id from gone)`,
};

/** The rules, those of all tenants first. As one tenant: the rules that are about it. */
export async function listRules(database: Reader): Promise<readonly RetentionRule[]> {
  return await database.query<RetentionRule>(all);
}

export async function findRule(database: Reader, id: string): Promise<RetentionRule | undefined> {
  const [rule] = await database.query<RetentionRule>(one, [id]);
  return rule;
}

/** Makes a rule, or changes the one with this scope. @param actsNow skips the time of grace, also of an earlier change */
export async function setRule(
  database: Database,
  { tenant, status, keepFiles, keepBytes }: RuleScope & Keeping,
  { actsNow = false, isDefault = false } = {},
): Promise<RetentionRule> {
  const values = [tenant, status, isDefault, keepFiles, keepBytes, actsNow ? 0 : graceMs];
  const [rule] = await database.query<RetentionRule>(set, values);
  return rule as RetentionRule;
}

/** Removes a rule after the time of grace; undefined if it does not exist or is the default. May be repeated. */
export async function removeRule(
  database: Database,
  id: string,
  { actsNow = false } = {},
): Promise<RetentionRule | undefined> {
  const [rule] = await database.query<RetentionRule>(remove, [id, actsNow ? 0 : graceMs]);
  return rule;
}

/** Makes the default what the settings say. */
export async function setDefaultRule(database: Database, keeping: Keeping): Promise<void> {
  if (keeping.keepFiles === null && keeping.keepBytes === null) await database.query(forgetDefault);
  else await setRule(database, { tenant: null, status: null, ...keeping }, { isDefault: true });
}

/** Forgets removed rules whose time of grace is over. */
export async function forgetRemovedRules(database: Database): Promise<void> {
  await database.query(forgetRemoved);
}

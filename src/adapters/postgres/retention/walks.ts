import { type EndedStatus, endedStatuses } from '#domain/retention.ts';
import type { Database, Statement } from '../database/database.ts';
import { deleted } from '../files/file-commands.ts';
import { notifiedBy } from '../files/file-rows.ts';
import { emptied, waitingList } from '../files/state-tables.ts';
import { decidingRule } from './rules.ts';

type What = 'files' | 'bytes';

/** The files of one state that a rule is about, walked from the oldest end to the youngest that is due. */
export interface Walk {
  readonly ruleId: string;
  readonly what: What;
  readonly status: EndedStatus;
}

const due: Statement = {
  name: 'due-retention-walks',
  text: `
    select w.rule_id as "ruleId", w.what, w.status
    from retention_walks w join retention_rules r on r.id = w.rule_id
    where w.resume_at <= now() and r.acts_at <= now() and not r.is_removed
      and case w.what when 'files' then r.keep_files else r.keep_bytes end is not null
    order by w.resume_at limit 100`,
};

/** At the end of a walk, how long until it goes on. A walk over COMPLETED files goes on where it ended; one over FAILED files, which are few, begins anew. */
const restMs = { COMPLETED: 20_000, FAILED: 300_000 } as const;

/** How often a walk over COMPLETED files begins anew, for those that a step of PostgreSQL's clock dated behind it. */
const anewAfter = '7 days';

const first = '00000000-0000-0000-0000-000000000000';

/**
 * A page of ended files, in the order in which none is skipped. The id of a result is a UUIDv7 of the moment at which its file was
 * completed. A FAILED file has no such id, but it ended after it was created.
 */
const pages: Readonly<Record<EndedStatus, string>> = {
  COMPLETED: `
    select r.id as position, r.file_id, f.tenant from walk w cross join lateral (
      select id, file_id from results where id > coalesce(w.position, '${first}') and id < w.boundary order by id limit $2
    ) r join files f on f.id = r.file_id`,
  FAILED: `
    select s.file_id as position, s.file_id, s.tenant from walk w cross join lateral (
      select file_id, tenant from file_states
      where status = 'FAILED' and file_id > coalesce(w.position, '${first}') and file_id < w.boundary order by file_id limit $2
    ) s`,
};

/** CTEs that remove what is due of `doomed`, and the name of the one that has what was removed (size, tenant). */
const removals: Readonly<Record<What, { readonly ctes: string; readonly removed: string }>> = {
  files: { ctes: deleted, removed: 'gone' },
  bytes: {
    removed: 'spent',
    ctes: `
      spent as (
        update files f set bytes_expired_at = now() from doomed i where f.id = i.id
        returning f.id, f.storage_key, f.size, f.tenant, f.batch, f.status, f.error_code
      ), queued as (
        insert into blob_deletions (storage_key) select storage_key from spent on conflict do nothing
      ), ${emptied('spent')}`,
  },
};

// Invariant: what the page removes, how far the walk got and what the audit says are committed together. The lock on the walk
// keeps a second process away from the page; the locks on the files keep those of a retry.
const page = ({ what, status }: Omit<Walk, 'ruleId'>): Statement => {
  const { ctes, removed } = removals[what];
  const key = `w.what = '${what}' and w.status = '${status}'`;
  const position =
    status === 'COMPLETED'
      ? `case when w.begun_at > now() - interval '${anewAfter}' then coalesce(p.last, w.position) end`
      : 'null';
  return {
    name: `remove-${what}-of-${status.toLowerCase()}`,
    text: `
      with walk as materialized (
        select w.rule_id, w.position, uuidv7(-r.keep_${what} * interval '1 second') as boundary,
          now() - r.keep_${what} * interval '1 second' as moment
        from retention_walks w join retention_rules r on r.id = w.rule_id
        where w.rule_id = $1::uuid and ${key} and w.resume_at <= now() and r.acts_at <= now() and not r.is_removed
          and r.keep_${what} is not null
        for update of w skip locked
      ), page as materialized (${pages[status]}
      ), decided as materialized (
        select t.tenant from (select distinct tenant from page) t where ${decidingRule('t.tenant', status)} = $1::uuid
      ), doomed as materialized (
        select f.id from files f
        where f.id = any (array(select p.file_id from page p where p.tenant in (select tenant from decided)))
          and f.status = '${status}' ${status === 'FAILED' ? 'and f.updated_at <= (select moment from walk)' : ''}
          ${what === 'bytes' ? 'and f.bytes_expired_at is null' : ''}
        order by f.id for update
      ), ${ctes}, looked as (
        select count(*) as pages, (select position from page order by position desc limit 1) as last from page
      ), walked as (
        update retention_walks w set
          position = case when p.pages = $2 then p.last else ${position} end,
          begun_at = case when p.pages < $2 and w.begun_at <= now() - interval '${anewAfter}' then now() else w.begun_at end,
          resume_at = case when p.pages = $2 then w.resume_at else now() + ${restMs[status]} * interval '1 millisecond' end
        from walk, looked p where w.rule_id = walk.rule_id and ${key}
      ), told_by_tenant as (
        insert into audit (kind, actor, name, tenant, action, object, request_id, address, detail)
        select 'service', '', 'retention', tenant, 'expire_${what}', $1, '', '',
          jsonb_build_object('files', count(*), 'bytes', sum(size))
        from ${removed} group by tenant
      )
      select (select count(*) from ${removed}) as files, coalesce((select sum(size) from ${removed}), 0)::bigint as bytes,
        (select pages from looked) as looked, exists (select from file_states where status in (${waitingList})) as "filesWait"
      from (select true) one left join ${notifiedBy(removed)} on true`,
  };
};

const statements = new Map(
  (['files', 'bytes'] as const).flatMap((what) =>
    endedStatuses.map((status) => [`${what} ${status}`, page({ what, status })] as const),
  ),
);

/** The walks that have something to look at. */
export async function dueWalks(database: Database): Promise<readonly Walk[]> {
  return await database.query<Walk>(due);
}

export interface Removed {
  readonly files: number;
  /** That they held. */
  readonly bytes: number;
  /** Files that were looked at; fewer than `most` at the end of the walk. */
  readonly looked: number;
  /** Whether files wait for workers. */
  readonly filesWait: boolean;
}

/** Looks at the next `most` files of a walk and removes what is due; nothing if another process is at it. */
export async function walkPage(database: Database, { ruleId, what, status }: Walk, most: number): Promise<Removed> {
  const statement = statements.get(`${what} ${status}`) as Statement;
  const [removed] = await database.query<Removed>(statement, [ruleId, most]);
  return removed ?? { files: 0, bytes: 0, looked: 0, filesWait: false };
}

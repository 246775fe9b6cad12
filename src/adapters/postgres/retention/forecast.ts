import {
  type EndedStatus,
  endedStatuses,
  type Forecast,
  type Removable,
  type RetentionRule,
} from '#domain/retention.ts';
import type { Reader, Statement } from '../database/database.ts';
import { decidingRule } from './rules.ts';

/** How many files of a walk are looked at. */
const mostLooked = 50_000;

type What = 'files' | 'bytes';

const first = '00000000-0000-0000-0000-000000000000';

/** When the rule acts next. */
const moment = '(select greatest(now(), acts_at) from retention_rules where id = $1::uuid)';

const candidates: Readonly<Record<EndedStatus, string>> = {
  COMPLETED: `
    select id as position, file_id, uuid_extract_timestamp(id) as ended_at from results
    where id > (select position from walk) and id < (select boundary from walk) order by id limit ${mostLooked}`,
  FAILED: `
    select file_id as position, file_id, null::timestamptz as ended_at from file_states
    where status = 'FAILED' and file_id > (select position from walk) and file_id < (select boundary from walk)
    order by file_id limit ${mostLooked}`,
};

const due = (what: What, status: EndedStatus): Statement => ({
  text: `
    with walk as materialized (
      select coalesce(w.position, '${first}') as position, ${moment} - $2::bigint * interval '1 second' as moment,
        uuidv7(${moment} - $2::bigint * interval '1 second' - clock_timestamp()) as boundary
      from retention_walks w where w.rule_id = $1::uuid and w.what = '${what}' and w.status = '${status}'
    ), page as materialized (${candidates[status]}), ended as materialized (
      select f.tenant, f.size, f.bytes_expired_at, coalesce(p.ended_at, f.updated_at) as ended_at
      from page p join files f on f.id = p.file_id
      where f.status = '${status}' ${what === 'bytes' ? 'and f.bytes_expired_at is null' : ''}
    ), decided as materialized (
      select t.tenant from (select distinct tenant from ended) t where ${decidingRule('t.tenant', status)} = $1::uuid
    ), due as (
      select * from ended where tenant in (select tenant from decided) and ended_at <= (select moment from walk)
    )
    select count(*) as files, coalesce(sum(size) filter (where bytes_expired_at is null), 0)::bigint as bytes,
      min(ended_at) as "oldestEndedAt", (select count(*) from page) = ${mostLooked} as "hasMore"
    from due`,
});

/** The next of the youngest COMPLETED files to fall due. */
const next: Statement = {
  text: `
    with page as materialized (
      select id, file_id from results where id >= uuidv7(${moment} - $2::bigint * interval '1 second' - clock_timestamp())
      order by id limit 10000
    )
    select uuid_extract_timestamp(p.id) + $2::bigint * interval '1 second' as at
    from page p join files f on f.id = p.file_id
    where ${decidingRule('f.tenant', 'COMPLETED')} = $1::uuid and ($3::boolean or f.bytes_expired_at is null)
    order by p.id limit 1`,
};

/** What a rule removes when it acts next, of the files that `database` sees. @throws FilemillError FILTER_TOO_BROAD */
export async function forecast(
  database: Reader,
  { id, status, keepFiles, keepBytes, isRemoved }: RetentionRule,
): Promise<Forecast> {
  const removable = async (what: What, seconds: number | null): Promise<Removable> => {
    const found = { files: 0, bytes: 0, oldestEndedAt: null, hasMore: false };
    if (seconds === null || isRemoved) return found;
    const statuses = status === null ? endedStatuses : [status];
    const each = await Promise.all(statuses.map((one) => database.query<Removable>(due(what, one), [id, seconds])));
    return each.flat().reduce(sum, found);
  };
  const nextOf = async (seconds: number | null, withoutBytes: boolean) => {
    if (seconds === null || isRemoved || status === 'FAILED') return [];
    return (await database.query<{ at: Date }>(next, [id, seconds, withoutBytes])).map(({ at }) => at);
  };
  const [files, bytes, ...nexts] = await Promise.all([
    removable('files', keepFiles),
    removable('bytes', keepBytes),
    nextOf(keepFiles, true),
    nextOf(keepBytes, false),
  ]);
  return { files, bytes, nextAt: earliest(nexts.flat()) };
}

function sum(one: Removable, other: Removable): Removable {
  const oldest = [one.oldestEndedAt, other.oldestEndedAt].filter((at) => at !== null);
  return {
    files: one.files + other.files,
    bytes: one.bytes + other.bytes,
    oldestEndedAt: earliest(oldest),
    hasMore: one.hasMore || other.hasMore,
  };
}

function earliest(dates: readonly Date[]): Date | null {
  return dates.toSorted((one, other) => one.getTime() - other.getTime())[0] ?? null;
}

import { type FileStatus, fileStatuses } from '#domain/file-state.ts';
import type { Database, Reader, Statement } from '../database/database.ts';
import { waitsForWorker } from './file-rows.ts';
import { secondsBetween } from './moments.ts';
import { claimedBy, fileOf, waitingStates } from './state-tables.ts';

export interface FileStats {
  readonly statuses: readonly { readonly status: FileStatus; readonly files: number; readonly bytes: number }[];
  /** FAILED files by reason, most frequent first. */
  readonly errors: readonly { readonly code: string; readonly files: number }[];
  /** How long the oldest due PENDING file has waited; 0 if there is none. */
  readonly oldestPendingSeconds: number;
  /** Durations of the latest results, in seconds; null while there are none. */
  readonly latest: { readonly wait: Durations; readonly processing: Durations } | null;
}

/** The 50th and the 95th percentile. */
type Durations = readonly [p50: number, p95: number];

const counts: Statement = {
  name: 'stats-counts',
  text: `
    select status, error_code as code, sum(files)::bigint as files, sum(bytes)::bigint as bytes
    from file_counts group by 1, 2 having sum(files) > 0 order by 3 desc, 2`,
};

const oldestOf = (state: string) => `(
  select ${secondsBetween('f.run_after', 'now()')} as seconds from file_states s ${fileOf('s.file_id', 'f.run_after', waitsForWorker)}
  where s.status = '${state}' order by s.file_id limit 1)`;

const oldest: Statement = {
  name: 'stats-oldest-pending',
  text: `
    select max(seconds) as seconds from (${waitingStates.map(oldestOf).join(' union all ')}) o`,
};

// Claims are forgotten within seconds of the end of their files, so the table is small.
const oldestClaim: Statement = {
  name: 'stats-oldest-claim',
  text: `
    select coalesce(max(${secondsBetween('c.claimed_at', 'now()')}), 0) as seconds from claims c where exists (
      select from unnest(c.file_ids) as i (id) ${fileOf('i.id', '', claimedBy('c'))}
    )`,
};

const durations = `
  select percentile_cont(array[0.5, 0.95]) within group (order by ${secondsBetween('created_at', 'claimed_at')}) as wait,
    percentile_cont(array[0.5, 0.95]) within group (order by ${secondsBetween('claimed_at', 'completed_at')}) as processing`;

/** The ids of results are UUIDv7, so their index is in the order of time. Exported so that a test can look at its plan. */
export const latestDurations: Statement = {
  name: 'stats-latest-durations',
  text: `${durations} from (select file_id from results order by id desc limit 1000) r join files f on f.id = r.file_id`,
};

/**
 * The durations of one tenant. No index lists results by tenant, but one lists files, and those before the first PENDING
 * one are done. The `coalesce` is in a subquery, because beside a policy PostgreSQL uses no index for what it does not know to be harmless. */
export const latestDurationsOfTenant: Statement = {
  name: 'stats-tenant-durations',
  text: `${durations} from (
    select * from files where id < (
      select coalesce(
        least(${waitingStates.map((state) => `(select file_id from file_states where status = '${state}' order by file_id limit 1)`).join(', ')}),
        'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by id desc limit 1000
  ) f where f.status = 'COMPLETED'`,
};

interface Count {
  readonly status: FileStatus;
  readonly code: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * The cost does not depend on the number of files: the counts are maintained by the statements that change them, and the
 * durations cover at most a thousand results.
 */
export async function fileStats(database: Reader): Promise<FileStats> {
  const ofLatest = database.tenant === undefined ? latestDurations : latestDurationsOfTenant;
  const [all, [waited], [latest]] = await Promise.all([
    database.query<Count>(counts),
    database.query<{ seconds: number | null }>(oldest),
    database.query<{ wait: Durations | null; processing: Durations | null }>(ofLatest),
  ]);
  const statuses = [...new Set(all.map(({ status }) => status))].map((status) => sumOf(status, all));
  const errors = all.filter(({ status }) => status === 'FAILED').map(({ code, files }) => ({ code, files }));
  const { wait = null, processing = null } = latest ?? {};
  return {
    statuses,
    errors,
    oldestPendingSeconds: waited?.seconds ?? 0,
    latest: wait === null || processing === null ? null : { wait, processing },
  };
}

export interface StateOfBacklog {
  readonly status: FileStatus;
  readonly files: number;
  readonly bytes: number;
  /** How long the oldest one has been due, or claimed; 0 for states that are ends. */
  readonly oldestSeconds: number;
}

/** What is in each state, those without files included. The cost does not depend on the number of files. */
export async function backlog(database: Database): Promise<readonly StateOfBacklog[]> {
  const [all, [due], [claimed]] = await Promise.all([
    database.query<Count>(counts),
    database.query<{ seconds: number | null }>(oldest),
    database.query<{ seconds: number }>(oldestClaim),
  ]);
  const ages: Partial<Record<FileStatus, number>> = {
    PENDING: due?.seconds ?? 0,
    PROCESSING: claimed?.seconds ?? 0,
  };
  return fileStatuses.map((status) => ({ ...sumOf(status, all), oldestSeconds: ages[status] ?? 0 }));
}

function sumOf(status: FileStatus, all: readonly Count[]) {
  const some = all.filter((count) => count.status === status);
  return {
    status,
    files: some.reduce((sum, { files }) => sum + files, 0),
    bytes: some.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

import type { FileStatus } from '#domain/file-state.ts';
import type { Database, Statement } from './database.ts';

export interface FileStats {
  readonly statuses: readonly { readonly status: FileStatus; readonly files: number; readonly bytes: number }[];
  /** FAILED files by reason, most frequent first. */
  readonly errors: readonly { readonly code: string; readonly files: number }[];
  /** How long the oldest due PENDING file has waited; 0 when none waits. */
  readonly oldestPendingSeconds: number;
}

const byStatus: Statement = {
  name: 'stats-by-status',
  text: 'select status, count(*) as files, coalesce(sum(size), 0)::bigint as bytes from files group by status',
};

const byError: Statement = {
  name: 'stats-by-error',
  text: `
    select coalesce(error_code, '') as code, count(*) as files from files where status = 'FAILED'
    group by 1 order by 2 desc, 1`,
};

const oldest: Statement = {
  name: 'stats-oldest-pending',
  text: `
    select greatest(0, extract(epoch from now() - min(run_after)))::float8 as seconds
    from files where status = 'PENDING' and run_after <= now()`,
};

export async function fileStats(database: Database): Promise<FileStats> {
  const [statuses, errors, [waited]] = await Promise.all([
    database.query<FileStats['statuses'][number]>(byStatus),
    database.query<FileStats['errors'][number]>(byError),
    database.query<{ seconds: number | null }>(oldest),
  ]);
  return { statuses, errors, oldestPendingSeconds: waited?.seconds ?? 0 };
}

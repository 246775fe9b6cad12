import type { FileStatus } from '#domain/file-state.ts';
import type { Database, Statement } from './database.ts';

export interface FileStats {
  readonly statuses: readonly { readonly status: FileStatus; readonly files: number; readonly bytes: number }[];
  /** FAILED files by reason, most frequent first. */
  readonly errors: readonly { readonly code: string; readonly files: number }[];
  /** How long the oldest due PENDING file has waited; 0 when none waits. */
  readonly oldestPendingSeconds: number;
}

const counts: Statement = {
  name: 'stats-counts',
  text: `
    select status, error_code as code, sum(files)::bigint as files, sum(bytes)::bigint as bytes
    from file_counts group by 1, 2 having sum(files) > 0 order by 3 desc, 2`,
};

const oldest: Statement = {
  name: 'stats-oldest-pending',
  text: `
    select greatest(0, extract(epoch from now() - f.run_after))::float8 as seconds
    from file_states s join files f on f.id = s.file_id
    where s.status = 'PENDING' and f.status = 'PENDING' and f.run_after <= now() order by s.file_id limit 1`,
};

interface Count {
  readonly status: FileStatus;
  readonly code: string;
  readonly files: number;
  readonly bytes: number;
}

/** As cheap with billions of files as with none: the counts are kept by the statements that change them. */
export async function fileStats(database: Database): Promise<FileStats> {
  const [all, [waited]] = await Promise.all([
    database.query<Count>(counts),
    database.query<{ seconds: number }>(oldest),
  ]);
  const statuses = [...Map.groupBy(all, ({ status }) => status)].map(([status, some]) => ({
    status,
    files: some.reduce((sum, { files }) => sum + files, 0),
    bytes: some.reduce((sum, { bytes }) => sum + bytes, 0),
  }));
  const errors = all.filter(({ status }) => status === 'FAILED').map(({ code, files }) => ({ code, files }));
  return { statuses, errors, oldestPendingSeconds: waited?.seconds ?? 0 };
}

import { eventually } from '../support/eventually.ts';
import type { Scene } from './fault.ts';

/** Resolves when `count` more files of the round are COMPLETED than now. */
export async function completes({ stack, load }: Scene, count: number): Promise<void> {
  const completed = async () => {
    const sql = `select count(*)::int as files from files where status = 'COMPLETED' and filename = any ($1)`;
    const [row] = await stack.postgres.query<{ files: number }>(sql, [load.names]);
    return row?.files ?? 0;
  };
  const wanted = (await completed()) + count;
  await eventually(`${count} more files completed`, async () => (await completed()) >= wanted);
}

/** The ids that a worker has claimed now. */
export async function heldBy({ stack }: Scene, worker: string): Promise<string[]> {
  const sql = `select id from files where status = 'PROCESSING' and worker = $1`;
  return (await stack.postgres.query<{ id: string }>(sql, [worker])).map(({ id }) => id);
}

/** How many attempts on these files ended because their lease ran out. */
export async function expiredAttempts({ stack }: Scene, ids: readonly string[]): Promise<number> {
  const sql = `select count(*)::int as attempts from attempts where outcome = 'EXPIRED' and file_id = any ($1)`;
  return (await stack.postgres.query<{ attempts: number }>(sql, [ids]))[0]?.attempts ?? 0;
}

import { readFile } from 'node:fs/promises';
import type { FilemillSystem } from './system.ts';

/**
 * Compares the acknowledgements of the clients with PostgreSQL after each measurement: speed counts only if every
 * answer was right.
 *
 * @throws Error for a file that was acknowledged and is not COMPLETED with one result about its bytes, or is there twice
 */
export async function audit(system: FilemillSystem): Promise<void> {
  const ledger = (await readFile(system.ledger, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const entries = ledger.map((line) => line.split(' '));
  const ids = entries.map(([id]) => id);
  const [lost] = await system.query<{ count: number }>(
    `select count(*)::int as count from unnest($1::uuid[], $2::text[]) as a (id, sha256)
     where (select count(*) from files f join results r on r.file_id = f.id
            where f.id = a.id and f.status = 'COMPLETED' and (a.sha256 = '' or r.output_data ->> 'sha256' = a.sha256)) <> 1`,
    [ids, entries.map(([, sha256]) => sha256)],
  );
  const [others] = await system.query<{ count: number }>(
    `select count(*)::int as count from files f
     where path like 'load/%' and not exists (select from unnest($1::uuid[]) as a (id) where a.id = f.id)`,
    [ids],
  );
  const problems = {
    lost: lost?.count ?? 0,
    'acknowledged twice': ids.length - new Set(ids).size,
    unasked: others?.count ?? 0,
  };
  for (const [problem, count] of Object.entries(problems))
    if (count > 0) throw new Error(`${count} of ${ids.length} files: ${problem}`);
}

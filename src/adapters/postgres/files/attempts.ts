import type { AttemptRecord } from '#domain/file.ts';
import type { Database, Statement } from '../database/database.ts';

/** Three a round, and nine silences: enough for the last rounds. */
const latestOfEach = 20;

// `attempts` holds those that did not complete. The one that did, or that goes on, is told by the file's own row, in
// the same snapshot: no attempt is in both.
const ofFiles: Statement = {
  name: 'get-attempts',
  text: `
    select a.* from unnest($1::uuid[]) with ordinality as i (id, place) cross join lateral (
      select file_id as "fileId", attempt as number, worker, claimed_at as "claimedAt", ended_at as "endedAt", outcome,
        error_code as "errorCode", error_message as "errorMessage"
      from attempts where file_id = i.id
      union all
      select f.id, f.attempt, f.worker, f.claimed_at, f.completed_at,
        case f.status when 'COMPLETED' then 'COMPLETED' else 'RUNNING' end, null, null
      from files f where f.id = i.id and f.status in ('PROCESSING', 'COMPLETED')
      order by "endedAt" desc nulls first limit ${latestOfEach}
    ) a
    order by i.place, a."endedAt" nulls last`,
};

/** What workers did with these files: file by file in their order, oldest first, the latest of each. */
export async function getAttempts(database: Database, fileIds: readonly string[]): Promise<AttemptRecord[]> {
  return await database.query<AttemptRecord>(ofFiles, [fileIds]);
}

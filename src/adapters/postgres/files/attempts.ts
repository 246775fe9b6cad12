import type { AttemptRecord } from '#domain/file.ts';
import type { Reader, Statement } from '../database/database.ts';

/** Enough for the last rounds: a round has three attempts by default, and a file nine forgiven silences. */
const latestOfEach = 20;

// `attempts` holds those that did not complete. The row of the file shows the one that runs or completed. No attempt is in
// both, as one snapshot shows.
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

/** The latest attempts of these files, file by file in the order of `fileIds`, oldest first. */
export async function getAttempts(database: Reader, fileIds: readonly string[]): Promise<AttemptRecord[]> {
  return await database.query<AttemptRecord>(ofFiles, [fileIds]);
}

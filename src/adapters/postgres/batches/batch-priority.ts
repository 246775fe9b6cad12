import type { Priority } from '#domain/priority.ts';
import type { Database, Statement } from '../database/database.ts';
import { notifiedBy } from '../files/file-rows.ts';
import { fileOf, relisted, waitingList, waitingState } from '../files/state-tables.ts';

const set: Statement = {
  name: 'set-batch-priority',
  text: `
    insert into batches (tenant, name, priority) values ($1, $2, nullif($3, 'normal'))
    on conflict (tenant, name) do update set priority = excluded.priority`,
};

// A changed row has another updated_at, so that a claim that saw the file in its former queue leaves it alone.
const follow: Statement = {
  name: 'follow-batch-priority',
  text: `
    with waiting as (
      select f.id from file_states s ${fileOf('s.file_id', 'f.id', `f.status = 'PENDING'`, 'for update skip locked')}
      where s.tenant = $1 and s.batch = $2 and s.status in (${waitingList}) and s.status <> ${waitingState(`nullif($3, 'normal')`)}
      limit $4
    ), changed as (
      update files f set priority = nullif($3, 'normal'), updated_at = now() from waiting i where f.id = i.id
      returning f.id, f.tenant, f.batch, f.priority
    ), ${relisted('changed')}
    select count(*) as files from changed left join ${notifiedBy('changed')} on true`,
};

const step = 1_000;
const stepsAtOnce = 20;

/**
 * Sets the priority of files that come to the batch without one of their own, and of those that wait in it, at most 20,000: answers
 * whether there may be more. May be repeated. A batch may get its priority before its first file.
 */
export async function setBatchPriority(
  database: Database,
  tenant: string,
  name: string,
  priority: Priority,
): Promise<boolean> {
  await database.query(set, [tenant, name, priority]);
  for (let steps = 0; steps < stepsAtOnce; steps += 1) {
    const [row] = await database.query<{ files: number }>(follow, [tenant, name, priority, step]);
    if ((row?.files ?? 0) < step) return false;
  }
  return true;
}

import type { Database, Statement } from '../database/database.ts';
import { paused, resumed } from '../files/file-holds.ts';
import { notifiedBy } from '../files/file-rows.ts';
import { claimedBy, fileOf, waitingList } from '../files/state-tables.ts';

// A hold is a mark on the batch: from its commit on, whatever would become PENDING becomes PAUSED (`waiting`, and creates). What is
// PENDING already follows in steps, by the caller and, should that die, by the reconciler.
const mark: Statement = {
  name: 'mark-batch',
  text: 'update batches set hold = $3 where tenant = $1 and name = $2 returning true as known',
};

/** Selects files of the batches with this hold, or of one of them. */
const filesOf = (hold: string, status: string, states: string) => `
  select f.id from batches b
    join file_states s on s.batch = b.name and s.tenant = b.tenant and s.status in (${states})
    ${fileOf('s.file_id', 'f.id', `f.status = '${status}'`, 'for update skip locked')}
  where b.hold = '${hold}' and ($1::text is null or b.tenant = $1 and b.name = $2)
  limit $3`;

const pause: Statement = {
  name: 'pause-batches',
  text: `
    with waiting as (${filesOf('PAUSED', 'PENDING', waitingList)}
    ), ${paused}
    select count(*) as files from paused left join ${notifiedBy('paused')} on true`,
};

const resume: Statement = {
  name: 'resume-batches',
  text: `
    with held as (${filesOf('RESUMING', 'PAUSED', `'PAUSED'`)}
    ), ${resumed}
    select count(*) as files from resumed left join ${notifiedBy('resumed')} on true`,
};

const forget: Statement = {
  name: 'forget-resumed-batches',
  text: `
    update batches b set hold = null where hold = 'RESUMING' and not exists (
      select from file_states s where s.batch = b.name and s.tenant = b.tenant and s.status = 'PAUSED'
    )`,
};

const held: Statement = { name: 'batches-are-held', text: 'select from batches where hold is not null limit 1' };

/** Files in one statement, so that its locks are short. */
const step = 1_000;
/** Steps of one round. */
const stepsAtOnce = 20;

/** Pauses a batch, or ends its pause; false if there is none of this name. Goes on with `holdBatches`. */
export async function markBatch(
  database: Database,
  tenant: string,
  name: string,
  hold: 'PAUSED' | 'RESUMING',
): Promise<boolean> {
  return (await database.query(mark, [tenant, name, hold])).length > 0;
}

/**
 * Brings files to the hold of their batches, at most 20,000; answers whether there may be more. May be repeated, and run anywhere.
 *
 * @param only a batch; by default all
 */
export async function holdBatches(
  database: Database,
  only?: { readonly tenant: string; readonly name: string },
): Promise<boolean> {
  if ((await database.query(held)).length === 0) return false;
  const values = [only?.tenant ?? null, only?.name ?? null, step];
  for (let steps = 0; steps < stepsAtOnce; steps += 1) {
    const moves = await Promise.all([pause, resume].map((one) => database.query<{ files: number }>(one, values)));
    if (moves.every(([row]) => (row?.files ?? 0) < step)) {
      await database.query(forget);
      return false;
    }
  }
  return true;
}

const unfinished: Statement = {
  name: 'unfinished-of-batch',
  text: `
    (select file_id as id from file_states where batch = $2 and tenant = $1 and status in (${waitingList}, 'PAUSED') limit $3)
    union
    (select f.id from claims c cross join unnest(c.file_ids) as i (id)
       ${fileOf('i.id', 'f.id', `${claimedBy('c')} and f.batch = $2 and f.tenant = $1`)} limit $3)
    limit $3`,
};

/** Up to 1,000 files of a batch that have not ended. */
export async function unfinishedOfBatch(database: Database, tenant: string, name: string): Promise<string[]> {
  return (await database.query<{ id: string }>(unfinished, [tenant, name, step])).map(({ id }) => id);
}

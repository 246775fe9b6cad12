import type { Database, Statement } from '../database/database.ts';
import { paused, resumed } from '../files/file-holds.ts';
import { notifiedBy } from '../files/file-rows.ts';
import { claimedBy, fileOf, waitingList } from '../files/state-tables.ts';

// A hold is a mark on the tenant: from its commit on, claims pass its files over (`waitingQueues`), so that nothing that creates,
// fails or releases files has to look for it. What is PENDING becomes PAUSED in steps, by the caller and by the reconciler.
const mark: Statement = {
  name: 'mark-tenant',
  text: `
    insert into tenant_holds (tenant, hold) values ($1, $2)
    on conflict (tenant) do update set hold = excluded.hold`,
};

const unlessOfPausedBatch = (file: string) => `not (${file}.batch is not null and exists (
    select from batches b where b.tenant = ${file}.tenant and b.name = ${file}.batch and b.hold = 'PAUSED'
  ))`;

/**
 * Selects files of the tenants with this hold, or of one of them. The lock of the mark has its change wait for this statement, and
 * this statement see the change.
 */
const filesOf = (hold: string, status: string, states: string, more: string) => `
  select f.id from tenant_holds h
    join file_states s on s.tenant = h.tenant and s.status in (${states})
    ${fileOf('s.file_id', 'f.id', `f.status = '${status}'`, 'for update skip locked')}
  where h.hold = '${hold}' and ($1::text is null or h.tenant = $1) and ${more}
  limit $2 for share of h`;

const pause: Statement = {
  name: 'pause-tenants',
  text: `
    with waiting as (${filesOf('PAUSED', 'PENDING', waitingList, 'true')}
    ), ${paused}
    select count(*) as files from paused left join ${notifiedBy('paused')} on true`,
};

const resume: Statement = {
  name: 'resume-tenants',
  text: `
    with held as (${filesOf('RESUMING', 'PAUSED', `'PAUSED'`, unlessOfPausedBatch('s'))}
    ), ${resumed}
    select count(*) as files from resumed left join ${notifiedBy('resumed')} on true`,
};

const forget: Statement = {
  name: 'forget-resumed-tenants',
  text: `
    delete from tenant_holds h where h.hold = 'RESUMING' and not exists (
      select from file_states s where s.tenant = h.tenant and s.status = 'PAUSED' and ${unlessOfPausedBatch('s')}
    )`,
};

const held: Statement = { name: 'tenants-are-held', text: 'select from tenant_holds limit 1' };

const unfinished: Statement = {
  name: 'unfinished-of-tenant',
  text: `
    (select file_id as id from file_states where tenant = $1 and status in (${waitingList}, 'PAUSED') limit $2)
    union
    (select f.id from claims c cross join unnest(c.file_ids) as i (id)
       ${fileOf('i.id', 'f.id', `${claimedBy('c')} and f.tenant = $1`)} limit $2)
    limit $2`,
};

/** Files in one statement, so that its locks are short. */
const step = 1_000;
/** Steps of one round. */
const stepsAtOnce = 20;

/** Pauses a tenant, or ends its pause. Goes on with `holdTenants`. */
export async function markTenant(database: Database, tenant: string, hold: 'PAUSED' | 'RESUMING'): Promise<void> {
  await database.query(mark, [tenant, hold]);
}

/**
 * Brings files to the hold of their tenants, at most 20,000; answers whether there may be more. May be repeated, and run anywhere.
 *
 * @param only a tenant; by default all
 */
export async function holdTenants(database: Database, only?: string): Promise<boolean> {
  if ((await database.query(held)).length === 0) return false;
  for (let steps = 0; steps < stepsAtOnce; steps += 1) {
    const moves = await Promise.all(
      [pause, resume].map((one) => database.query<{ files: number }>(one, [only ?? null, step])),
    );
    if (moves.every(([row]) => (row?.files ?? 0) < step)) {
      await database.query(forget);
      return false;
    }
  }
  return true;
}

/** Up to 1,000 files of a tenant that have not ended. */
export async function unfinishedOfTenant(database: Database, tenant: string): Promise<string[]> {
  return (await database.query<{ id: string }>(unfinished, [tenant, step])).map(({ id }) => id);
}

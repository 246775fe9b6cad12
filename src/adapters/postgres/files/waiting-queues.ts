import type { Database, Statement } from '../database/database.ts';
import { type WaitingState, waitingStates } from './state-tables.ts';

/** PENDING files of one priority and tenant. */
export interface WaitingQueue {
  readonly state: WaitingState;
  readonly tenant: string;
}

// A loose scan of the index by tenant: one step for each queue, however many files it has.
const queues: Statement = {
  name: 'waiting-queues',
  text: `
    with recursive q (state, tenant, n) as (
      select w.state, (select s.tenant from file_states s where s.status = w.state and s.tenant > w.past order by s.tenant limit 1), 1
      from unnest($1::text[], $2::text[]) as w (state, past)
      union all
      select q.state, (select s.tenant from file_states s where s.status = q.state and s.tenant > q.tenant order by s.tenant limit 1),
        n + 1
      from q where q.tenant is not null and n < $3
    )
    select state, tenant, false as held from q where tenant is not null
    union all
    select null, tenant, true from tenant_holds where hold = 'PAUSED'`,
};

export interface Waiting {
  readonly queues: readonly WaitingQueue[];
  /** Tenants whose files are held back. */
  readonly held: readonly string[];
}

/** Up to `max` tenants with PENDING files for each priority, in the order of their names, beginning after `past` for each state. */
export async function waitingQueues(
  database: Database,
  past: Readonly<Record<WaitingState, string>>,
  max: number,
): Promise<Waiting> {
  const rows = await database.query<WaitingQueue & { readonly held: boolean }>(queues, [
    waitingStates,
    waitingStates.map((state) => past[state]),
    max,
  ]);
  const held = rows.filter((row) => row.held).map(({ tenant }) => tenant);
  return { held, queues: rows.filter((row) => !row.held && !held.includes(row.tenant)) };
}

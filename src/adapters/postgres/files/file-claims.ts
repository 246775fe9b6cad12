import type { ClaimedFile } from '#domain/file.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import { uuidArray } from '../database/array-parameter.ts';
import type { Database, Statement } from '../database/database.ts';
import { claimColumns, column, longestWait, notifiedBy } from './file-rows.ts';
import { isDue, secondsBetween } from './moments.ts';
import { moved } from './state-tables.ts';

export interface Claimant {
  readonly worker: string;
  /** Minted for this call. A repeated call with it returns the same claims. */
  readonly leaseToken: string;
  readonly leaseMs: number;
}

// Invariant: each claim of a file belongs to one attempt and is counted. Compare-and-set: the conditions are checked again
// on the locked row. Rows are locked in the order of the given ids.
const claimed = (source: string) => `
  claimed as (
    update files f
    set status = 'PROCESSING', attempt = f.attempt + 1, lease_token = $2,
        lease_until = now() + interval '1 millisecond' * $3, lease_ms = $3, worker = $4, claimed_at = now(), begun_alone = false,
        updated_at = now()
    from ${source} where f.id = i.id and ${claimable}
    returning ${claimColumns}, ${secondsBetween('f.run_after', 'now()')} as waited
  ), noted as (
    insert into claims (lease_token, file_ids) select $2, array_agg(id) from claimed having count(*) > 0
  ), ${moved('claimed', 'PENDING', 'PROCESSING')}
  select claimed.* from claimed left join ${notifiedBy('claimed')} on true`;

const claimable = `f.status = 'PENDING' and ${isDue('f.run_after', longestWait)} and f.attempt < f.max_attempts`;

const claimNamed: Statement = {
  name: 'claim-files',
  text: `with ${claimed('unnest($1::uuid[]) as i (id)')}`,
};

const claimDue: Statement = {
  name: 'claim-due-files',
  text: `
    with due as (
      select f.id from file_states s join files f on f.id = s.file_id
      where s.status = 'PENDING' and ${claimable}
      order by s.file_id limit $1 for update of f skip locked
    ), ${claimed('due i')}`,
};

// Rows of one tenant are in the order of an index, so that the backlog of another is never read.
const claimInTurn: Statement = {
  name: 'claim-files-in-turn',
  text: `
    with due as (
      select d.id from unnest($5::text[]) as t (tenant) cross join lateral (
        select f.id from file_states s join files f on f.id = s.file_id
        where s.status = 'PENDING' and s.tenant = t.tenant and ${claimable}
        order by s.file_id limit $1 for update of f skip locked
      ) d
    ), ${claimed('due i')}`,
};

// A loose scan of the index by tenant: one step for each tenant, however many files it has.
const waiting: Statement = {
  name: 'waiting-tenants',
  text: `
    with recursive t (tenant) as (
      (select tenant from file_states where status = 'PENDING' and tenant > $1 order by tenant limit 1)
      union all
      select (select s.tenant from file_states s where s.status = 'PENDING' and s.tenant > t.tenant order by s.tenant limit 1)
      from t where t.tenant is not null
    )
    select tenant from t where tenant is not null limit $2`,
};

const findHeld: Statement = {
  name: 'find-files-of-claim',
  text: `
    select ${claimColumns} from claims c cross join unnest(c.file_ids) as i (id) join files f on f.id = i.id
    where c.lease_token = $1 and f.lease_token = $1 and f.status = 'PROCESSING'`,
};

/** Claims the claimable files among those that a doorbell named; if some are not, adds what this token holds already. */
export async function claimFiles(
  database: Database,
  ids: readonly string[],
  { worker, leaseToken, leaseMs }: Claimant,
): Promise<readonly ClaimedFile[]> {
  const files = await claim(database, claimNamed, [uuidArray(ids), leaseToken, leaseMs, worker]);
  if (files.length === ids.length) return files;
  const held = await heldFiles(database, leaseToken);
  return [...new Map([...files, ...held].map((file) => [file.id, file])).values()];
}

/** The files that a claim with this token holds. */
export async function heldFiles(database: Database, leaseToken: string): Promise<readonly ClaimedFile[]> {
  return await database.query<ClaimedFile>(findHeld, [leaseToken]);
}

/** Claims up to `max` due files of each of these tenants, oldest first. */
export async function claimFilesInTurn(
  database: Database,
  tenants: readonly string[],
  max: number,
  { worker, leaseToken, leaseMs }: Claimant,
): Promise<readonly ClaimedFile[]> {
  return await claim(database, claimInTurn, [max, leaseToken, leaseMs, worker, tenants]);
}

/** Tenants with PENDING files, in the order of their names, beginning after `after`. */
export async function waitingTenants(database: Database, after: string, max: number): Promise<string[]> {
  return column(await database.query<{ tenant: string }>(waiting, [after, max]), 'tenant');
}

/** Claims up to `max` files that are due, oldest first. */
export async function claimDueFiles(
  database: Database,
  max: number,
  { worker, leaseToken, leaseMs }: Claimant,
): Promise<readonly ClaimedFile[]> {
  return await claim(database, claimDue, [max, leaseToken, leaseMs, worker]);
}

/** Measures how long the claimed files have been due. */
async function claim(database: Database, statement: Statement, values: readonly unknown[]): Promise<ClaimedFile[]> {
  const files = await database.query<ClaimedFile & { readonly waited: number }>(statement, values);
  for (const { waited } of files) instruments.waitDuration.record(waited);
  return files;
}

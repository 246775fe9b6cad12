import type { ClaimedFile } from '#domain/file.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import { uuidArray } from '../database/array-parameter.ts';
import type { Database, Statement } from '../database/database.ts';
import { claimColumns, column, notifiedBy, unsyncedBy, waitsForWorker } from './file-rows.ts';
import { secondsBetween } from './moments.ts';
import { fileOf, moved, waitingStates } from './state-tables.ts';
import type { WaitingQueue } from './waiting-queues.ts';

export interface Claimant {
  readonly worker: string;
  /** Minted for this call. A repeated call with it returns the same claims. */
  readonly leaseToken: string;
  readonly leaseMs: number;
}

// Invariant: each claim of a file belongs to one attempt and is counted. Compare-and-set: the conditions are checked again
// on the locked row. Rows are locked in the order of the given ids. A file that left PENDING and came back after the snapshot of the
// statement, as `o` shows, is not claimed: the statement does not see the new row of file_states, which it would have to delete. To
// reach the row by its place, not by its id again, costs next to nothing. A claim that PostgreSQL forgets in a crash leaves its files
// PENDING: the result of its holder is refused, and they are claimed again.
const claimed = (source: string, more = 'true') => `
  claimed as (
    update files f
    set status = 'PROCESSING', attempt = f.attempt + 1, lease_token = $2,
        lease_until = now() + interval '1 millisecond' * $3, lease_ms = $3, worker = $4, claimed_at = now(), begun_alone = false,
        updated_at = now()
    from ${source} join files o on o.id = i.id
    where f.ctid = o.ctid and f.updated_at = o.updated_at and ${claimable} and ${more}
    returning ${claimColumns}, f.priority, ${secondsBetween('f.run_after', 'now()')} as waited
  ), noted as (
    insert into claims (lease_token, file_ids) select $2, array_agg(id) from claimed having count(*) > 0
  ), ${moved('claimed', 'PENDING', 'PROCESSING')}
  select claimed.* from claimed left join ${notifiedBy('claimed')} on true left join ${unsyncedBy('claimed')} on true`;

const claimable = `${waitsForWorker} and f.attempt < f.max_attempts`;

const claimableFile = fileOf('s.file_id', 'f.id', claimable, 'for update skip locked');

const claimNamed: Statement = {
  name: 'claim-files',
  text: `with ${claimed('unnest($1::uuid[]) as i (id)')}`,
};

const claimNamedUnheld: Statement = {
  name: 'claim-unheld-files',
  text: `with ${claimed('unnest($1::uuid[]) as i (id)', 'f.tenant <> all ($5::text[])')}`,
};

// Reads each priority in the order of an index, so that the backlog of another is never read.
const claimDue: Statement = {
  name: 'claim-due-files',
  text: `
    with due as (
      select d.id from unnest($5::text[]) as q (state) cross join lateral (
        select f.id from file_states s ${claimableFile}
        where s.status = q.state and s.tenant <> all ($6::text[])
        order by s.file_id limit $1
      ) d limit $1
    ), ${claimed('due i')}`,
};

// Claims due files of each queue, in the order of its index, up to the share of the queue.
const claimInTurn: Statement = {
  name: 'claim-files-in-turn',
  text: `
    with due as (
      select d.id from unnest($1::text[], $5::text[], $6::int[]) as q (state, tenant, share) cross join lateral (
        select f.id from file_states s ${claimableFile}
        where s.status = q.state and s.tenant = q.tenant
        order by s.file_id limit q.share
      ) d
    ), ${claimed('due i')}`,
};

const findHeld: Statement = {
  name: 'find-files-of-claim',
  text: `
    select ${claimColumns} from claims c cross join unnest(c.file_ids) as i (id) join files f on f.id = i.id
    where c.lease_token = $1 and f.lease_token = $1 and f.status = 'PROCESSING'`,
};

/**
 * Claims the claimable files among those that a doorbell named; if some are not, adds what this token holds already.
 *
 * @param held tenants whose files are held back
 */
export async function claimFiles(
  database: Database,
  ids: readonly string[],
  claimant: Claimant,
  held: readonly string[] = [],
): Promise<readonly ClaimedFile[]> {
  const values = [uuidArray(ids), ...byClaimant(claimant)];
  const files = await (held.length === 0
    ? claim(database, claimNamed, values)
    : claim(database, claimNamedUnheld, [...values, held]));
  if (files.length === ids.length) return files;
  return distinct([...files, ...(await heldFiles(database, claimant.leaseToken))]);
}

/** The files that a claim with this token holds. */
export async function heldFiles(database: Database, leaseToken: string): Promise<readonly ClaimedFile[]> {
  return await database.query<ClaimedFile>(findHeld, [leaseToken]);
}

/** Claims due files of each of these queues up to its share, oldest first. */
export async function claimFilesInTurn(
  database: Database,
  shares: readonly (WaitingQueue & { readonly share: number })[],
  claimant: Claimant,
): Promise<readonly ClaimedFile[]> {
  const [states, tenants] = [column(shares, 'state'), column(shares, 'tenant')];
  return await claim(database, claimInTurn, [states, ...byClaimant(claimant), tenants, column(shares, 'share')]);
}

/**
 * Claims up to `max` files that are due: those of a higher priority first, and the oldest of each.
 *
 * @param held tenants whose files are held back
 */
export async function claimDueFiles(
  database: Database,
  max: number,
  claimant: Claimant,
  held: readonly string[] = [],
): Promise<readonly ClaimedFile[]> {
  return await claim(database, claimDue, [max, ...byClaimant(claimant), waitingStates, held]);
}

/** Drops files that come twice. */
export function distinct(files: readonly ClaimedFile[]): readonly ClaimedFile[] {
  return [...new Map(files.map((file) => [file.id, file])).values()];
}

/** The parameters 2 to 4 of the statements. */
function byClaimant({ leaseToken, leaseMs, worker }: Claimant): readonly unknown[] {
  return [leaseToken, leaseMs, worker];
}

/** Measures how long the claimed files have been due. */
async function claim(database: Database, statement: Statement, values: readonly unknown[]): Promise<ClaimedFile[]> {
  const files = await database.query<ClaimedFile & { readonly waited: number }>(statement, values);
  for (const { waited } of files) instruments.waitDuration.record(waited);
  return files;
}

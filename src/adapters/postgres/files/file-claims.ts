import type { ClaimedFile } from '#domain/file.ts';
import { uuidArray } from '../database/array-parameter.ts';
import type { Database, Statement } from '../database/database.ts';
import { claimColumns, column, longestWait, notifiedBy } from './file-rows.ts';
import { isDue } from './moments.ts';
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
    returning ${claimColumns}
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

const findHeldNamed: Statement = {
  name: 'find-held-files',
  text: `
    select ${claimColumns} from files f
    where f.id = any ($1::uuid[]) and f.lease_token = $2 and f.status = 'PROCESSING'`,
};

const findHeld: Statement = {
  name: 'find-files-of-claim',
  text: `
    select ${claimColumns} from claims c cross join unnest(c.file_ids) as i (id) join files f on f.id = i.id
    where c.lease_token = $1 and f.lease_token = $1 and f.status = 'PROCESSING'`,
};

/** Claims the claimable files among those that a doorbell named; includes files that this token holds already. */
export async function claimFiles(
  database: Database,
  ids: readonly string[],
  { worker, leaseToken, leaseMs }: Claimant,
): Promise<readonly ClaimedFile[]> {
  const files = await database.query<ClaimedFile>(claimNamed, [uuidArray(ids), leaseToken, leaseMs, worker]);
  if (files.length === ids.length) return files;
  const got = new Set(column(files, 'id'));
  const rest = ids.filter((id) => !got.has(id));
  return [...files, ...(await database.query<ClaimedFile>(findHeldNamed, [rest, leaseToken]))];
}

/**
 * Claims up to `max` files that are due, oldest first.
 *
 * @param repeated whether an earlier call with this token got no answer: its claims, if any, are the answer
 */
export async function claimDueFiles(
  database: Database,
  max: number,
  { worker, leaseToken, leaseMs }: Claimant,
  repeated = false,
): Promise<readonly ClaimedFile[]> {
  const held = repeated ? await database.query<ClaimedFile>(findHeld, [leaseToken]) : [];
  if (held.length > 0) return held;
  return await database.query<ClaimedFile>(claimDue, [max, leaseToken, leaseMs, worker]);
}

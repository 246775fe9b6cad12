import type { ClaimedFile, ClaimOutcome } from '#domain/file.ts';
import type { Database, Statement } from './database.ts';
import { type ClaimRow, claimColumns, notifiedBy } from './file-rows.ts';

export interface Claimant {
  readonly worker: string;
  /** Minted for this call. Repeating the call with it returns the same claims. */
  readonly leaseToken: string;
  readonly leaseMs: number;
}

// Invariant: a file is handed to one attempt only, and every hand-over is counted. Compare-and-set:
// the conditions are checked again on the locked row. Rows are locked by id, as everywhere.
const claimSet = `
  set status = 'PROCESSING', attempt = f.attempt + 1, lease_token = $2,
      lease_until = now() + interval '1 millisecond' * $3, worker = $4, claimed_at = now(), begun_alone = false,
      updated_at = now()`;

const claimable = `status = 'PENDING' and run_after <= now() and attempt < max_attempts`;

const claimNamed: Statement = {
  name: 'claim-files',
  text: `
    with wanted as (
      select id from files where id = any ($1::uuid[]) and ${claimable} order by id for update
    ), claimed as (
      update files f ${claimSet} from wanted w where f.id = w.id returning ${claimColumns}
    ), ${notifiedBy('claimed')}
    select claimed.* from claimed left join notified on true`,
};

const findUnclaimed: Statement = {
  name: 'find-unclaimed-files',
  text: `select ${claimColumns}, f.status from files f where f.id = any ($1::uuid[])`,
};

const claimDue: Statement = {
  name: 'claim-due-files',
  text: `
    with held as (
      select ${claimColumns} from files f where f.lease_token = $2 and f.status = 'PROCESSING'
    ), due as (
      select id from files where ${claimable} and not exists (select from held)
      order by run_after, id limit $1 for update skip locked
    ), claimed as (
      update files f ${claimSet} from due d where f.id = d.id returning ${claimColumns}
    ), ${notifiedBy('claimed')}
    select claimed.* from claimed left join notified on true
    union all select * from held`,
};

/** Claims the files that a doorbell named; answers in the order of `ids`. */
export async function claimFiles(
  database: Database,
  ids: readonly string[],
  { worker, leaseToken, leaseMs }: Claimant,
): Promise<ClaimOutcome[]> {
  const claimed = await database.query<ClaimRow>(claimNamed, [ids, leaseToken, leaseMs, worker]);
  const byId = new Map(claimed.map((file) => [file.id, file]));
  const rest = ids.filter((id) => !byId.has(id));
  const others = new Map(
    (rest.length === 0 ? [] : await database.query<ClaimRow & { status: string }>(findUnclaimed, [rest])).map(
      (file) => [file.id, file],
    ),
  );
  return ids.map((id) => {
    const file = byId.get(id);
    if (file !== undefined) return { outcome: 'CLAIMED', file };
    const other = others.get(id);
    if (other === undefined) return { outcome: 'GONE', id };
    // Ours since an earlier call whose answer was lost.
    if (other.status === 'PROCESSING' && other.leaseToken === leaseToken) return { outcome: 'CLAIMED', file: other };
    return { outcome: 'NOT_CLAIMABLE', id };
  });
}

/** Claims up to `max` files that are due, longest due first. */
export async function claimDueFiles(
  database: Database,
  max: number,
  { worker, leaseToken, leaseMs }: Claimant,
): Promise<readonly ClaimedFile[]> {
  return await database.query<ClaimRow>(claimDue, [max, leaseToken, leaseMs, worker]);
}

import type { Database, Statement } from '../database/database.ts';

/** Where a reader of changes has got to: a transaction id. All that committed before it has been told. */
export type Cursor = string;

export interface Changes {
  /** To go on from. */
  readonly cursor: Cursor;
  /** Files that changed since the cursor that was given; at most as many as asked for, some perhaps twice. */
  readonly ids: readonly string[];
  /** False when changes since that cursor are not known any more. */
  readonly known: boolean;
  /** There are later changes, which wait until a transaction that began before them has ended. */
  readonly behind: boolean;
}

// Invariant: a change is told of at the cursor that it falls behind, and no transaction below pg_snapshot_xmin can
// commit any more: what commits late is told of late, and never skipped. A cursor that PostgreSQL has yet to reach is
// of another database.
const read: Statement = {
  name: 'read-changes',
  text: `
    with seen as (select pg_current_snapshot() as now)
    select pg_snapshot_xmin(now)::text as cursor,
      coalesce($1::text::xid8 >= k.since and $1::text::xid8 <= pg_snapshot_xmax(now), false) as known,
      exists (select from file_changes c where c.xid >= pg_snapshot_xmin(now)) as behind,
      array(
        select i.id::text from file_changes c cross join unnest(c.ids) as i (id)
        where c.xid >= $1::text::xid8 and c.xid < pg_snapshot_xmin(now) limit $2
      ) as ids
    from seen left join file_changes_kept k on true`,
};

// After a crash there is no row: what was before is unknown then, whatever is asked for.
const keep: Statement = {
  name: 'keep-changes',
  text: `
    with kept as (
      insert into file_changes_kept as k (since) values (pg_snapshot_xmax(pg_current_snapshot()))
      on conflict (one) do update set since = greatest(k.since, $1::text::xid8)
      returning since
    )
    delete from file_changes c using kept where c.xid < kept.since`,
};

const oldestRunning: Statement = {
  name: 'oldest-running',
  text: 'select pg_snapshot_xmin(pg_current_snapshot())::text as cursor',
};

/** What changed since the cursor, `max` ids at most; without a cursor, where to begin. */
export async function readChanges(database: Database, since: Cursor | undefined, max: number): Promise<Changes> {
  const [changes] = await database.query<Changes>(read, [since ?? '0', max]);
  const { known, ids } = changes as Changes;
  if (!known) await forgetChanges(database, '0');
  return { ...(changes as Changes), ids: known ? ids : [] };
}

/** Every change from now on is at this cursor or later. */
export async function changesFromNow(database: Database): Promise<Cursor> {
  const [row] = await database.query<{ cursor: Cursor }>(oldestRunning);
  return (row as { cursor: Cursor }).cursor;
}

/** Forgets the changes before a cursor. */
export async function forgetChanges(database: Database, before: Cursor): Promise<void> {
  await database.query(keep, [before]);
}

export function isCursor(text: string): boolean {
  return /^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n;
}

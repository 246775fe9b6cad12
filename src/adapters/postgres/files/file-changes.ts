import type { Database, Statement } from '../database/database.ts';

/** The position of a reader of changes: a transaction id. The reader has seen all changes that committed before it. */
export type Cursor = string;

export interface Changes {
  /** Where to continue. */
  readonly cursor: Cursor;
  /** Files that changed since the given cursor, up to the limit; some may occur twice. */
  readonly ids: readonly string[];
  /** False when the changes since that cursor are no longer known. */
  readonly known: boolean;
  /** Whether later changes wait for a transaction that began before them. */
  readonly behind: boolean;
}

// Some commits are visible before they are durable (`unsyncedBy`). After a crash, their transaction ids would be given out again, and a
// cursor behind them would skip what those transactions change. So whatever the snapshot of a statement shows is made durable before the
// statement answers with a cursor.
const durable = `pg_logical_emit_message(false, 'filemill', '', true)`;

// Invariant: a change is reported at the first cursor behind it. No transaction below pg_snapshot_xmin can commit any more,
// so a late commit is reported late but never skipped. A cursor that PostgreSQL has not reached is of another database.
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
    from seen cross join ${durable} left join file_changes_kept k on true`,
};

// After a crash there is no row, so no earlier change is known.
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
  text: `select pg_snapshot_xmin(pg_current_snapshot())::text as cursor from ${durable}`,
};

/**
 * The changes since the cursor, at most `max` ids; without a cursor, the position to begin at.
 *
 * @param tenant whose files count; undefined for all
 */
export async function readChanges(
  database: Database,
  since: Cursor | undefined,
  max: number,
  tenant?: string,
): Promise<Changes> {
  const [changes] = await database.as(tenant).query<Changes>(read, [since ?? '0', max]);
  const { known, ids } = changes as Changes;
  if (!known) await forgetChanges(database, '0');
  return { ...(changes as Changes), ids: known ? ids : [] };
}

/** A cursor before all changes from now on. */
export async function changesFromNow(database: Database): Promise<Cursor> {
  const [row] = await database.query<{ cursor: Cursor }>(oldestRunning);
  return (row as { cursor: Cursor }).cursor;
}

/** Deletes the changes before a cursor. */
export async function forgetChanges(database: Database, before: Cursor): Promise<void> {
  await database.query(keep, [before]);
}

export function isCursor(text: string): boolean {
  return /^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n;
}

import type { UploadLockOutcome, UploadLockRef } from '#domain/upload-lock.ts';
import { pair } from '#platform/pair.ts';
import { uuidArray } from '../database/array-parameter.ts';
import type { Database, Statement } from '../database/database.ts';
import { type ClockRange, presentTime } from '../database/database-clock.ts';
import { column } from '../files/file-rows.ts';
import { isOver } from '../files/moments.ts';

// Invariant: one token holds a lock until it releases the lock or the lock expires by PostgreSQL's clock. Rows are written in
// the order of ids, so that two batches cannot deadlock.
const lock: Statement = {
  name: 'lock-uploads',
  text: `
    insert into upload_locks as l (upload_id, token, locked_until, lock_ms)
    select distinct on (a.upload_id) a.upload_id, a.token, now() + $3::int * interval '1 ms', $3
    from unnest($1::uuid[], $2::uuid[]) as a (upload_id, token) order by a.upload_id
    on conflict (upload_id) do update
      set token = excluded.token, locked_until = excluded.locked_until, lock_ms = excluded.lock_ms,
        wanted = l.wanted and l.token = excluded.token
      where l.token = excluded.token
        or ${isOver({ until: 'l.locked_until', ms: 'l.lock_ms', earliest: '$4', latest: '$5' })}
    returning upload_id as "uploadId", token, wanted`,
};

// Invariant: a renewal neither takes nor requests a lock. It may arrive late, when its lock was released or passed on.
const renew: Statement = {
  name: 'renew-upload-locks',
  text: `
    with held as (
      select l.upload_id
      from upload_locks l join unnest($1::uuid[], $2::uuid[]) as a (upload_id, token) using (upload_id, token)
      order by l.upload_id for update of l
    )
    update upload_locks l set locked_until = now() + $3::int * interval '1 ms', lock_ms = $3
    from held where l.upload_id = held.upload_id
    returning l.upload_id as "uploadId", l.token, l.wanted`,
};

const want: Statement = {
  name: 'want-uploads',
  text: `
    update upload_locks l set wanted = true
    from unnest($1::uuid[], $2::uuid[]) as a (upload_id, token)
    where l.upload_id = a.upload_id and l.token <> a.token and not l.wanted`,
};

const unlock: Statement = {
  name: 'unlock-uploads',
  text: `
    delete from upload_locks l using unnest($1::uuid[], $2::uuid[]) as a (upload_id, token)
    where l.upload_id = a.upload_id and l.token = a.token`,
};

const forgetExpired: Statement = {
  name: 'forget-expired-upload-locks',
  text: `delete from upload_locks where locked_until < least(now(), $1::timestamptz) - interval '1 hour'`,
};

/**
 * Takes or renews locks; outcomes in the order of `locks`. If a batch has two tokens for an upload, the second gets TAKEN.
 *
 * @param clock the range over the last `lockMs`
 */
export async function lockUploads(
  database: Database,
  locks: readonly UploadLockRef[],
  lockMs: number,
  clock: ClockRange = presentTime,
): Promise<UploadLockOutcome[]> {
  const values = [...columns(locks), lockMs, clock.earliest, clock.latest];
  const outcomes = outcomesOf(locks, await database.query<LockRow>(lock, values));
  const taken = pair(locks, outcomes).flatMap(([one, outcome]) => (outcome === 'TAKEN' ? one : []));
  if (taken.length > 0) await database.query(want, columns(taken));
  return outcomes;
}

/** Renews only the locks that these tokens hold; outcomes in the order of `locks`. */
export async function renewUploadLocks(
  database: Database,
  locks: readonly UploadLockRef[],
  lockMs: number,
): Promise<UploadLockOutcome[]> {
  return outcomesOf(locks, await database.query<LockRow>(renew, [...columns(locks), lockMs]));
}

export async function unlockUploads(database: Database, locks: readonly UploadLockRef[]): Promise<void> {
  await database.query(unlock, columns(locks));
}

/** Deletes the locks of processes that died; all others were released. */
export async function forgetExpiredLocks(database: Database, { earliest } = presentTime): Promise<void> {
  await database.query(forgetExpired, [earliest]);
}

type LockRow = UploadLockRef & { readonly wanted: boolean };

function outcomesOf(locks: readonly UploadLockRef[], rows: readonly LockRow[]): UploadLockOutcome[] {
  const held = new Map(rows.map((row) => [row.uploadId, row]));
  return locks.map(({ uploadId, token }) => {
    const row = held.get(uploadId);
    return row?.token !== token ? 'TAKEN' : row.wanted ? 'WANTED' : 'HELD';
  });
}

function columns(locks: readonly UploadLockRef[]): unknown[] {
  return [uuidArray(column(locks, 'uploadId')), uuidArray(column(locks, 'token'))];
}

import { errorCode } from '#domain/errors.ts';
import type { FailedAttempt, Lease, LeaseOutcome } from '#domain/file.ts';
import { maxSilences, retryDelayBoundsMs } from '#domain/retry-policy.ts';
import type { Database, Statement } from './database.ts';
import { column, notifiedBy } from './file-rows.ts';

// Invariant of this file: nothing is written about an attempt but by the holder of its lease token,
// while the file is PROCESSING. Rows are locked by id. A repeated claim may arrive after its attempt ended and
// claim the file anew under the old token: the second end of that token is not recorded again.
const held = (input: string) => `
  held as (
    select f.id from files f join (${input}) i on i.id = f.id
    where f.lease_token = i.lease_token and f.status = 'PROCESSING' order by f.id for update of f
  )`;

const leases = 'select * from unnest($1::uuid[], $2::uuid[]) as l (id, lease_token)';

const renew: Statement = {
  name: 'renew-leases',
  text: `
    with ${held(leases)}
    update files f set lease_until = now() + interval '1 millisecond' * $3, begun_alone = f.begun_alone or $4
    from held h where f.id = h.id returning f.id`,
};

const release: Statement = {
  name: 'release-files',
  text: `
    with ${held(leases)}, released as (
      update files f set status = 'PENDING', attempt = f.attempt - 1, lease_token = null, lease_until = null,
        run_after = now(), next_ring_at = now(), updated_at = now()
      from held h where f.id = h.id returning f.id
    ), ${notifiedBy('released')}
    select released.id from released left join notified on true`,
};

const fail: Statement = {
  name: 'fail-attempts',
  text: `
    with input as (
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[])
        as i (id, lease_token, error_code, error_message, permanent)
    ), ${held('select id, lease_token from input')}, failed as (
      update files f set
        status = case when i.permanent or f.attempt >= f.max_attempts then 'FAILED' else 'PENDING' end,
        error_code = i.error_code, error_message = i.error_message, lease_token = null, lease_until = null,
        run_after = d.at, next_ring_at = d.at, updated_at = now()
      from held h join input i on i.id = h.id join files before on before.id = h.id
        cross join lateral (select now() + interval '1 millisecond' * random()
          * ($6::int[])[least(before.attempt, cardinality($6::int[]))] as at) d
      where f.id = h.id
      returning f.id, i.lease_token, f.attempt, f.worker, f.claimed_at, i.error_code, i.error_message
    ), recorded as (
      insert into attempts (file_id, lease_token, attempt, worker, claimed_at, outcome, error_code, error_message)
      select id, lease_token, attempt, worker, claimed_at, 'FAILED', error_code, error_message from failed
      on conflict do nothing
    ), ${notifiedBy('failed')}
    select failed.id from failed left join notified on true`,
};

// A silent worker held many files, and at most one of them silenced it: the attempt counts against the file
// that ran alone, and is given back to all others, `maxSilences` times. The first of these goes on at once.
const expire: Statement = {
  name: 'expire-leases',
  text: `
    with expired as (
      select id, lease_token, attempt, begun_alone as charged,
        case when begun_alone then attempt >= max_attempts else silences + 1 >= $3 end as last,
        now() + interval '1 millisecond' * random() * coalesce(
          ($4::int[])[least(case when begun_alone then attempt else silences end, cardinality($4::int[]))], 0) as due_at
      from files where status = 'PROCESSING' and lease_until < now()
      order by id limit $1 for update skip locked
    ), ended as (
      update files f set
        status = case when e.last then 'FAILED' else 'PENDING' end,
        attempt = f.attempt - (not e.charged)::int, silences = f.silences + (not e.charged)::int,
        error_code = $2, error_message = case
          when e.charged then format('Worker %s fell silent in attempt %s, which ran alone.', f.worker, f.attempt)
          else format('Worker %s fell silent while it held the file; %s of %s times.', f.worker, f.silences + 1, $3) end,
        lease_token = null, lease_until = null, run_after = e.due_at, next_ring_at = e.due_at, updated_at = now()
      from expired e where f.id = e.id
      returning f.id, e.lease_token, e.attempt, f.worker, f.claimed_at, f.error_code, f.error_message
    ), recorded as (
      insert into attempts (file_id, lease_token, attempt, worker, claimed_at, outcome, error_code, error_message)
      select id, lease_token, attempt, worker, claimed_at, 'EXPIRED', error_code, error_message from ended
      on conflict do nothing
    ), ${notifiedBy('ended')}
    select ended.id from ended left join notified on true`,
};

const findOthers: Statement = {
  name: 'find-lease-outcomes',
  text: `
    select l.id, l.lease_token as "leaseToken",
      exists (select from attempts a where a.file_id = l.id and a.lease_token = l.lease_token) as ended
    from unnest($1::uuid[], $2::uuid[]) as l (id, lease_token) join files f on f.id = l.id`,
};

/**
 * Outcomes in the order of `leases`, here and below.
 *
 * @param begunAlone the holder begins these files now, with nothing beside them
 */
export async function renewLeases(
  database: Database,
  leases: readonly Lease[],
  leaseMs: number,
  begunAlone = false,
): Promise<LeaseOutcome[]> {
  const done = await database.query<{ id: string }>(renew, [
    column(leases, 'id'),
    column(leases, 'leaseToken'),
    leaseMs,
    begunAlone,
  ]);
  return await leaseOutcomes(database, leases, done);
}

/** Gives claims back unused: the files are due again and the attempt is not counted. */
export async function releaseFiles(database: Database, leases: readonly Lease[]): Promise<LeaseOutcome[]> {
  const done = await database.query<{ id: string }>(release, [column(leases, 'id'), column(leases, 'leaseToken')]);
  return await leaseOutcomes(database, leases, done);
}

/** Ends attempts that did not complete. A repeated call answers DONE and changes nothing. */
export async function failAttempts(database: Database, attempts: readonly FailedAttempt[]): Promise<LeaseOutcome[]> {
  const done = await database.query<{ id: string }>(fail, [
    column(attempts, 'id'),
    column(attempts, 'leaseToken'),
    column(attempts, 'errorCode'),
    column(attempts, 'errorMessage'),
    column(attempts, 'permanent'),
    retryDelayBoundsMs,
  ]);
  return await leaseOutcomes(database, attempts, done, { endedIsDone: true });
}

/**
 * Re-opens up to `max` files whose lease has run out, or makes them FAILED where that was the last attempt, or
 * the last silence that a file is forgiven; answers their ids.
 */
export async function expireLeases(database: Database, max: number): Promise<string[]> {
  const ended = await database.query<{ id: string }>(expire, [
    max,
    errorCode('WORKER_CRASHED'),
    maxSilences,
    retryDelayBoundsMs,
  ]);
  return column(ended, 'id');
}

async function leaseOutcomes(
  database: Database,
  leases: readonly Lease[],
  done: readonly { id: string }[],
  { endedIsDone = false } = {},
): Promise<LeaseOutcome[]> {
  const doneIds = new Set(column(done, 'id'));
  const rest = leases.filter(({ id }) => !doneIds.has(id));
  if (rest.length === 0) return leases.map(() => 'DONE');
  const others = await database.query<Lease & { ended: boolean }>(findOthers, [
    column(rest, 'id'),
    column(rest, 'leaseToken'),
  ]);
  return leases.map(({ id, leaseToken }) => {
    if (doneIds.has(id)) return 'DONE';
    const other = others.find((found) => found.id === id && found.leaseToken === leaseToken);
    if (other === undefined) return 'GONE';
    return endedIsDone && other.ended ? 'DONE' : 'FENCED';
  });
}

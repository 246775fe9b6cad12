import { errorCode } from '#domain/errors.ts';
import type { FailedAttempt, Lease, LeaseOutcome } from '#domain/file.ts';
import type { AttemptEvents, EndedAttempt, FailedFile, FileEvents } from '#domain/file-events.ts';
import { loneLeaseFactor, maxSilences, retryDelayBoundsMs } from '#domain/retry-policy.ts';
import type { Database, Statement } from '../database/database.ts';
import { type ClockRange, type DatabaseClock, presentTime } from '../database/database-clock.ts';
import { announced } from './announced.ts';
import { batchesOf, waiting } from './batch-counts.ts';
import { column, notifiedBy } from './file-rows.ts';
import { isOver } from './moments.ts';
import { claimedBy, fileOf, movedEach } from './state-tables.ts';

// Invariant of this file: only the holder of its lease token writes about an attempt, while the file is PROCESSING. A
// repeated claim may arrive after its attempt ended, and claim the file again under the old token: the second end of that
// token is not recorded.
const leases = `unnest($1::uuid[], $2::uuid[]) as i (id, lease_token)`;
const held = `f.id = i.id and f.lease_token = i.lease_token and f.status = 'PROCESSING'`;

const renewedMs = `$3::int * case when f.begun_alone or $4 then ${loneLeaseFactor} else 1 end`;

const renew: Statement = {
  name: 'renew-leases',
  text: `
    update files f set begun_alone = f.begun_alone or $4, lease_ms = ${renewedMs},
      lease_until = now() + interval '1 millisecond' * ${renewedMs}
    from ${leases} where ${held} returning f.id`,
};

const release: Statement = {
  name: 'release-files',
  text: `
    with ${batchesOf(`${leases} join files f on f.id = i.id`)}, released as (
      update files f set status = ${waiting}, attempt = f.attempt - 1, lease_token = null, lease_until = null, lease_ms = null,
        run_after = now(), next_ring_at = now(), updated_at = now()
      from ${leases} where ${held}
      returning f.id, f.size, f.tenant, f.batch, f.priority, 'PROCESSING' as was, null as was_error, f.status, null as error_code
    ), ${movedEach('released')}
    select released.id from released left join ${notifiedBy('released')} on true`,
};

// After an attempt a file is PENDING again or FAILED: `ended` has the columns that movedEach and the record need.
const ended = `
  f.id, f.size, f.tenant, f.batch, f.priority, 'PROCESSING' as was, null as was_error, f.status, f.attempt, f.worker, f.claimed_at, f.error_code,
  f.error_message, f.filename, f.request_id, f.traceparent`;

const recorded = (outcome: 'FAILED' | 'EXPIRED') => `
  recorded as (
    insert into attempts (file_id, lease_token, attempt, worker, claimed_at, outcome, error_code, error_message)
    select id, lease_token, counted_attempt, worker, claimed_at, '${outcome}', told_code, told_message from ended
    on conflict do nothing
  ), ${movedEach('ended')}, ${announced('ended', 'file.failed')}
  select ended.id, ended.tenant, ended.filename, ended.size, ended.status, told_code as "errorCode", told_message as "errorMessage",
    counted_attempt as attempt, ended.worker, ended.claimed_at as "claimedAt", ended.request_id as "requestId", ended.traceparent
  from ended left join ${notifiedBy('ended')} on true`;

const fail: Statement = {
  name: 'fail-attempts',
  text: `
    with ${batchesOf(`unnest($1::uuid[]) as i (id) join files f on f.id = i.id`)}, ended as (
      update files f set
        status = case when i.permanent or f.attempt >= f.max_attempts then 'FAILED' else ${waiting} end,
        error_code = i.error_code, error_message = i.error_message, lease_token = null, lease_until = null, lease_ms = null,
        run_after = now() + i.share * ($6::int[])[least(f.attempt, cardinality($6::int[]))] * interval '1 millisecond',
        next_ring_at = now() + i.share * ($6::int[])[least(f.attempt, cardinality($6::int[]))] * interval '1 millisecond',
        updated_at = now()
      from (
        select *, random() as share from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[])
          as i (id, lease_token, error_code, error_message, permanent)
      ) i
      where ${held}
      returning ${ended}, i.lease_token, f.attempt as counted_attempt, i.error_code as told_code,
        i.error_message as told_message
    ), ${recorded('FAILED')}`,
};

const ranOut = (earliest: string, latest: string) =>
  isOver({ until: 'f.lease_until', ms: 'f.lease_ms', earliest, latest });

// A silent worker held many files, and at most one of them silenced it. The attempt counts for a file that ran alone, and is
// refunded to all others, `maxSilences` times. The first refunded attempt is due again at once.
const expire: Statement = {
  name: 'expire-leases',
  text: `
    with expired as (
      select f.id, f.lease_token, f.attempt, f.begun_alone as charged,
        case when f.begun_alone then f.attempt >= f.max_attempts else f.silences + 1 >= $3 end as last,
        now() + interval '1 millisecond' * random() * coalesce(($4::int[])[
          least(case when f.begun_alone then f.attempt else f.silences end, cardinality($4::int[]))], 0) as due_at
      from files f
      where f.id = any (array(select i.id from claims c cross join unnest(c.file_ids) as i (id)))
        and f.status = 'PROCESSING'
        and case when f.begun_alone then ${ranOut('$7', '$8')} else ${ranOut('$5', '$6')} end
      order by f.id limit $1 for update of f skip locked
    ), ${batchesOf('expired join files f on f.id = expired.id')}, ended as (
      update files f set
        status = case when i.last then 'FAILED' else ${waiting} end,
        attempt = f.attempt - (not i.charged)::int, silences = f.silences + (not i.charged)::int,
        error_code = $2, error_message = case
          when i.charged then format('Worker %s fell silent in attempt %s, which ran alone.', f.worker, f.attempt)
          else format('Worker %s fell silent while it held the file; %s of %s times.', f.worker, f.silences + 1, $3) end,
        lease_token = null, lease_until = null, lease_ms = null, run_after = i.due_at, next_ring_at = i.due_at, updated_at = now()
      from expired i where f.id = i.id
      returning ${ended}, i.lease_token, i.attempt as counted_attempt, f.error_code as told_code,
        f.error_message as told_message
    ), ${recorded('EXPIRED')}`,
};

// A recent claim may be newer than the snapshot in which this statement sees its files.
const forgetEnded: Statement = {
  name: 'forget-ended-claims',
  text: `
    delete from claims c where c.claimed_at < now() - interval '1 second' and not exists (
      select from unnest(c.file_ids) as i (id) ${fileOf('i.id', '', claimedBy('c'))}
    )`,
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
 * @param begunAlone whether the holder begins these files now, with nothing beside them
 */
export async function renewLeases(
  database: Database,
  leases: readonly Lease[],
  leaseMs: number,
  begunAlone = false,
): Promise<LeaseOutcome[]> {
  const done = await database.query<{ id: string }>(renew, [...idsAndTokens(leases), leaseMs, begunAlone]);
  return await leaseOutcomes(database, leases, done);
}

/** Releases unused claims: the files are due again and the attempt is not counted. */
export async function releaseFiles(database: Database, leases: readonly Lease[]): Promise<LeaseOutcome[]> {
  const done = await database.query<{ id: string }>(release, idsAndTokens(leases));
  return await leaseOutcomes(database, leases, done);
}

/** Ends failed attempts. A repeated call answers DONE and changes nothing. */
export async function failAttempts(
  database: Database,
  attempts: readonly FailedAttempt[],
  events?: Pick<FileEvents, 'failed'>,
): Promise<LeaseOutcome[]> {
  const done = await database.query<EndedAttempt>(fail, [
    ...idsAndTokens(attempts),
    column(attempts, 'errorCode'),
    column(attempts, 'errorMessage'),
    column(attempts, 'permanent'),
    retryDelayBoundsMs,
  ]);
  events?.failed(failedFiles(done));
  return await leaseOutcomes(database, attempts, done, { endedIsDone: true });
}

function failedFiles(ended: readonly EndedAttempt[]): FailedFile[] {
  return ended.filter(({ status }) => status === 'FAILED');
}

/**
 * Makes up to `max` files whose lease has expired PENDING again, or FAILED after the last attempt or the last forgiven
 * silence; returns their ids.
 *
 * @param watched the clock by which leases of `leaseMs` expire; by default PostgreSQL's present time
 */
export async function expireLeases(
  database: Database,
  max: number,
  watched?: { readonly clock: Pick<DatabaseClock, 'range'>; readonly leaseMs: number },
  events?: Pick<FileEvents, 'failed'> & Partial<AttemptEvents>,
): Promise<string[]> {
  const [usual, alone] = [1, loneLeaseFactor].map(
    (factor) => watched?.clock.range(watched.leaseMs * factor) ?? presentTime,
  ) as [ClockRange, ClockRange];
  const ended = await database.query<EndedAttempt>(expire, [
    max,
    errorCode('WORKER_CRASHED'),
    maxSilences,
    retryDelayBoundsMs,
    usual.earliest,
    usual.latest,
    alone.earliest,
    alone.latest,
  ]);
  events?.expired?.(ended);
  events?.failed(failedFiles(ended));
  return column(ended, 'id');
}

/** Deletes claims that no longer hold a file. */
export async function forgetEndedClaims(database: Database): Promise<void> {
  await database.query(forgetEnded);
}

function idsAndTokens(leases: readonly Lease[]): [ids: string[], tokens: string[]] {
  return [column(leases, 'id'), column(leases, 'leaseToken')];
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
  const others = await database.query<Lease & { ended: boolean }>(findOthers, idsAndTokens(rest));
  return leases.map(({ id, leaseToken }) => {
    if (doneIds.has(id)) return 'DONE';
    const other = others.find((found) => found.id === id && found.leaseToken === leaseToken);
    if (other === undefined) return 'GONE';
    return endedIsDone && other.ended ? 'DONE' : 'FENCED';
  });
}

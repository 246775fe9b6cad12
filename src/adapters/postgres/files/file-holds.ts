import type { Actor } from '#domain/audit.ts';
import { errorCode } from '#domain/errors.ts';
import type { EndedAttempt, FileEvents } from '#domain/file-events.ts';
import type { FileStatus } from '#domain/file-state.ts';
import { actorParameter, audited } from '../audit/audited.ts';
import type { Database, Statement } from '../database/database.ts';
import { announced } from './announced.ts';
import { visibleIds } from './file-commands.ts';
import { column, notifiedBy } from './file-rows.ts';
import { moved, movedEach } from './state-tables.ts';

/**
 * CTEs that pause the locked files of `waiting`. A PAUSED file is none that waits: claims, rings, the age of the oldest file and
 * autoscaling look for PENDING files, and need to know nothing of it.
 */
export const paused = `
  paused as (
    update files f set status = 'PAUSED', updated_at = now() from waiting i where f.id = i.id returning f.id, f.size, f.tenant, f.batch, f.priority
  ), ${moved('paused', 'PENDING', 'PAUSED')}`;

/**
 * CTEs that resume the locked files of `held`. Their wait begins anew: how long a file was held back says nothing about the workers.
 * What is left of a backoff stays.
 */
export const resumed = `
  resumed as (
    update files f set status = 'PENDING', run_after = greatest(f.run_after, now()), next_ring_at = greatest(f.run_after, now()),
      updated_at = now()
    from held i where f.id = i.id returning f.id, f.size, f.tenant, f.batch, f.priority
  ), ${moved('resumed', 'PAUSED', 'PENDING')}`;

const pause: Statement = {
  name: 'pause-files',
  text: `
    with waiting as (
      select id from files where id = any ($1::uuid[]) and status = 'PENDING' order by id for update
    ), ${paused}, ${audited('paused', 'pause', '$2')}
    select paused.id from paused left join ${notifiedBy('paused')} on true`,
};

const resume: Statement = {
  name: 'resume-files',
  text: `
    with held as (
      select id from files f where id = any ($1::uuid[]) and status = 'PAUSED' and not (f.batch is not null and exists (
        select from batches b where b.tenant = f.tenant and b.name = f.batch and b.hold = 'PAUSED'
      )) order by id for update
    ), ${resumed}, ${audited('resumed', 'resume', '$2')}
    select resumed.id from resumed left join ${notifiedBy('resumed')} on true`,
};

// A PROCESSING file loses its lease: from here on its worker changes nothing, hears so at the next renewal, and drops the work.
const cancel: Statement = {
  name: 'cancel-files',
  text: `
    with unfinished as (
      select id, status, error_code, lease_token from files
      where id = any ($1::uuid[]) and status in ('PENDING', 'PAUSED', 'PROCESSING') order by id for update
    ), ended as (
      update files f set status = 'FAILED', error_code = '${errorCode('CANCELLED')}', error_message = case i.status
          when 'PROCESSING' then format('It was cancelled in attempt %s, on worker %s.', f.attempt, f.worker)
          else 'It was cancelled while it waited.' end,
        lease_token = null, lease_until = null, lease_ms = null, updated_at = now()
      from unfinished i where f.id = i.id
      returning f.id, f.size, f.tenant, f.batch, f.priority, i.status as was, null as was_error, f.status, f.attempt, f.worker, f.claimed_at, f.error_code,
        f.error_message, f.filename, f.request_id, f.traceparent, i.lease_token
    ), recorded as (
      insert into attempts (file_id, lease_token, attempt, worker, claimed_at, outcome, error_code, error_message)
      select id, lease_token, attempt, worker, claimed_at, 'FAILED', error_code, error_message from ended where was = 'PROCESSING'
      on conflict do nothing
    ), ${movedEach('ended')}, ${announced('ended', 'file.failed')}, ${audited('ended', 'cancel', '$2')}
    select ended.id, ended.tenant, ended.filename, ended.size, ended.status, ended.error_code as "errorCode",
      ended.error_message as "errorMessage", ended.attempt, ended.worker, ended.claimed_at as "claimedAt",
      ended.request_id as "requestId", ended.traceparent
    from ended left join ${notifiedBy('ended')} on true`,
};

const states: Statement = {
  name: 'states-of-files',
  text: 'select id, status, error_code as "errorCode" from files where id = any ($1::uuid[])',
};

export type PauseOutcome = 'PAUSED' | 'NOT_PENDING' | 'NOT_FOUND';
export type ResumeOutcome = 'RESUMED' | 'NOT_PAUSED' | 'BATCH_PAUSED' | 'NOT_FOUND';
export type CancelOutcome = 'CANCELLED' | 'ALREADY_ENDED' | 'NOT_FOUND';

interface State {
  readonly id: string;
  readonly status: FileStatus;
  readonly errorCode: string | null;
}

/**
 * Holds PENDING files back, so that nobody claims them. Outcomes are in the order of `ids` here and below, and say what is now:
 * a repeated call answers the same.
 *
 * @param tenant the other files do not exist; undefined for all
 * @param by is recorded in the audit
 */
export async function pauseFiles(
  database: Database,
  ids: readonly string[],
  tenant: string | undefined,
  by?: Actor,
): Promise<PauseOutcome[]> {
  const visible = await visibleIds(database, ids, tenant);
  await database.query(pause, [visible, actorParameter(by)]);
  return await outcomes(database, ids, visible, ({ status }) => (status === 'PAUSED' ? 'PAUSED' : 'NOT_PENDING'));
}

/** Makes PAUSED files PENDING again, unless their batch is paused. */
export async function resumeFiles(
  database: Database,
  ids: readonly string[],
  tenant: string | undefined,
  by?: Actor,
): Promise<ResumeOutcome[]> {
  const visible = await visibleIds(database, ids, tenant);
  const resumed = new Set(column(await database.query<{ id: string }>(resume, [visible, actorParameter(by)]), 'id'));
  return await outcomes(database, ids, visible, ({ id, status }) => {
    // A worker may have claimed it since.
    if (resumed.has(id) || status === 'PENDING') return 'RESUMED';
    return status === 'PAUSED' ? 'BATCH_PAUSED' : 'NOT_PAUSED';
  });
}

/** Makes files that have not ended FAILED with the reason CANCELLED. What a worker does with one of them is dropped. */
export async function cancelFiles(
  database: Database,
  ids: readonly string[],
  tenant: string | undefined,
  { by, events }: { readonly by?: Actor; readonly events?: Pick<FileEvents, 'failed'> } = {},
): Promise<CancelOutcome[]> {
  const visible = await visibleIds(database, ids, tenant);
  const ended = await database.query<EndedAttempt>(cancel, [visible, actorParameter(by)]);
  events?.failed(ended);
  return await outcomes(database, ids, visible, ({ status, errorCode: code }) =>
    status === 'FAILED' && code === errorCode('CANCELLED') ? 'CANCELLED' : 'ALREADY_ENDED',
  );
}

async function outcomes<Outcome extends string>(
  database: Database,
  ids: readonly string[],
  visible: readonly string[],
  outcomeOf: (state: State) => Outcome,
): Promise<(Outcome | 'NOT_FOUND')[]> {
  const found = new Map((await database.query<State>(states, [visible])).map((state) => [state.id, state]));
  return ids.map((id) => {
    const state = found.get(id);
    return state === undefined ? 'NOT_FOUND' : outcomeOf(state);
  });
}

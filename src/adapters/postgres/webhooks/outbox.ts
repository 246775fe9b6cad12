import type { Answer, FileEvent, FileSnapshot } from '#domain/webhook.ts';
import type { Database, Statement } from '../database/database.ts';

// What the dispatcher reads and writes. Invariant: only the holder of the lease of a webhook does so, so that the events of a file
// are sent in their order.

/** A webhook whose lease this process holds. */
export interface LeasedWebhook {
  readonly id: string;
  readonly kind: 'http' | 'redis';
  readonly url: string;
  readonly secret: string;
  readonly oldSecret: string | null;
  readonly failures: number;
}

export interface OpenBatch {
  readonly id: string;
  readonly seq: number;
  readonly event: FileEvent;
  readonly createdAt: Date;
  readonly files: readonly FileSnapshot[];
  readonly answers: readonly number[] | null;
}

export interface DueDelivery {
  readonly id: string;
  readonly event: FileEvent;
  readonly createdAt: Date;
  readonly file: FileSnapshot;
  readonly attempts: number;
}

const leasedColumns = `w.id, w.kind, w.url, w.secret, w.failures,
  case when w.old_secret_until > now() then w.old_secret end as "oldSecret"`;

const lease: Statement = {
  name: 'lease-webhooks',
  text: `
    update webhooks w set lease_token = $1, lease_until = now() + $2 * interval '1 millisecond'
    where w.id = any (array(
      select c.id from webhooks c
      where c.enabled and c.id <> all ($3::uuid[]) and (c.lease_until is null or c.lease_until < now())
        and (c.paused_until is null or c.paused_until < now())
        and (exists (select from webhook_batches b where b.webhook_id = c.id and b.done_at is null)
          or exists (select from webhook_deliveries d
            where d.webhook_id = c.id and d.state = 'PENDING' and d.next_at <= now()))
      for update skip locked))
    returning ${leasedColumns}`,
};

const renew: Statement = {
  name: 'renew-webhook-leases',
  text: `
    update webhooks w set lease_until = now() + $3 * interval '1 millisecond'
    where w.id = any ($2::uuid[]) and w.lease_token = $1 and w.enabled returning ${leasedColumns}`,
};

const release: Statement = {
  name: 'release-webhook',
  text: 'update webhooks set lease_until = null, lease_token = null where id = $2 and lease_token = $1',
};

// The pending events of one file go out in their order: only the earliest is due.
const due: Statement = {
  name: 'due-deliveries',
  text: `
    select d.id, d.event, d.created_at as "createdAt", d.file, d.attempts from webhook_deliveries d
    where d.webhook_id = $1 and d.state = 'PENDING' and d.next_at <= now() and not exists (
      select from webhook_deliveries e where e.webhook_id = d.webhook_id and e.file_id = d.file_id and e.state = 'PENDING'
        and e.seq < d.seq)
    order by d.next_at limit $2`,
};

const open: Statement = {
  name: 'open-batches',
  text: `
    select id, seq, event, "createdAt", files, answers from (
      select b.id, b.seq, b.event, b.created_at as "createdAt", b.files, b.answers,
        sum(json_array_length(b.files)) over (order by b.seq rows between unbounded preceding and 1 preceding) as before
      from (select * from webhook_batches where webhook_id = $1 and done_at is null order by seq limit $2) b
    ) o where coalesce(before, 0) < $3 order by seq`,
};

const blocked: Statement = {
  name: 'blocked-files',
  text: `
    select d.file_id as id from unnest($2::uuid[]) as i (id)
    join webhook_deliveries d on d.webhook_id = $1 and d.file_id = i.id and d.state = 'PENDING'`,
};

const saveBatches: Statement = {
  name: 'save-batches',
  text: `
    update webhook_batches b set answers = string_to_array(i.answers, ',')::smallint[], troubled = b.troubled or i.troubled,
      done_at = case when i.done then now() end
    from unnest($1::uuid[], $2::text[], $3::boolean[], $4::boolean[]) as i (id, answers, done, troubled)
    where b.id = i.id`,
};

const enqueue: Statement = {
  name: 'enqueue-deliveries',
  text: `
    insert into webhook_deliveries (id, webhook_id, file_id, seq, event, created_at, file, attempts, next_at, gives_up_at,
      last_at, last_status, last_error)
    select i.id, $1, i.file_id, i.seq, i.event, i.created_at, i.file, i.attempts, now() + i.wait_ms * interval '1 millisecond',
      i.created_at + $2 * interval '1 millisecond', case when i.attempts > 0 then now() end, i.status, i.error
    from jsonb_to_recordset($3::jsonb) as i (id uuid, file_id uuid, seq bigint, event text, created_at timestamptz, file json,
      attempts integer, wait_ms float8, status integer, error text)
    on conflict (id) do nothing`,
};

const settle: Statement = {
  name: 'settle-deliveries',
  text: `
    update webhook_deliveries d set attempts = d.attempts + 1, last_at = now(), last_status = i.status, last_error = i.error,
      next_at = now() + i.wait_ms * interval '1 millisecond',
      state = case when i.error = '' then 'DELIVERED'
        when now() + i.wait_ms * interval '1 millisecond' > d.gives_up_at then 'GIVEN_UP' else 'PENDING' end
    from unnest($1::uuid[], $2::integer[], $3::text[], $4::float8[]) as i (id, status, error, wait_ms)
    where d.id = i.id`,
};

const noteHealth: Statement = {
  name: 'note-webhook-health',
  text: `
    update webhooks set failures = $2, paused_until = now() + $3 * interval '1 millisecond',
      last_failure = case when $4 <> '' then $4 else last_failure end,
      last_failure_at = case when $4 <> '' then now() else last_failure_at end,
      last_success_at = case when $5 then now() else last_success_at end,
      enabled = enabled and $6 = '', disabled_reason = case when $6 <> '' then $6 else disabled_reason end
    where id = $1`,
};

/** Leases the webhooks with something to send that no process serves. @param held by this process already */
export async function leaseWebhooks(
  database: Database,
  token: string,
  leaseMs: number,
  held: readonly string[],
): Promise<LeasedWebhook[]> {
  return await database.query<LeasedWebhook>(lease, [token, leaseMs, held]);
}

/** @returns those that are still held, as they are now */
export async function renewWebhooks(
  database: Database,
  token: string,
  leaseMs: number,
  ids: readonly string[],
): Promise<LeasedWebhook[]> {
  return await database.query<LeasedWebhook>(renew, [token, ids, leaseMs]);
}

export async function releaseWebhook(database: Database, token: string, id: string): Promise<void> {
  await database.query(release, [token, id]);
}

export async function dueDeliveries(database: Database, webhookId: string, most: number): Promise<DueDelivery[]> {
  return await database.query<DueDelivery>(due, [webhookId, most]);
}

/** The oldest batches, until they hold `mostFiles`. */
export async function openBatches(database: Database, webhookId: string, mostFiles: number): Promise<OpenBatch[]> {
  return await database.query<OpenBatch>(open, [webhookId, mostFiles, mostFiles]);
}

/** The files among these with an earlier event that waits for its next attempt. */
export async function blockedFiles(
  database: Database,
  webhookId: string,
  fileIds: readonly string[],
): Promise<Set<string>> {
  const rows = fileIds.length === 0 ? [] : await database.query<{ id: string }>(blocked, [webhookId, fileIds]);
  return new Set(rows.map(({ id }) => id));
}

export interface BatchProgress {
  readonly id: string;
  readonly answers: readonly number[];
}

export async function saveProgress(database: Database, batches: readonly BatchProgress[]): Promise<void> {
  await database.query(saveBatches, [
    batches.map(({ id }) => id),
    batches.map(({ answers }) => answers.join()),
    batches.map(({ answers }) => !answers.includes(0)),
    batches.map(({ answers }) => answers.includes(-1)),
  ]);
}

/** An event that could not be delivered yet. */
export interface Postponed {
  readonly id: string;
  readonly fileId: string;
  readonly seq: number;
  readonly event: FileEvent;
  readonly createdAt: Date;
  readonly file: FileSnapshot;
  /** Undefined if it waits for an earlier event of its file. */
  readonly answer: Answer | undefined;
  readonly waitMs: number;
}

/** May be repeated. */
export async function enqueueDeliveries(
  database: Database,
  webhookId: string,
  retriedForMs: number,
  postponed: readonly Postponed[],
): Promise<void> {
  const rows = postponed.map(({ id, fileId, seq, event, createdAt, file, answer, waitMs }) => ({
    ...{ id, file_id: fileId, seq, event, created_at: createdAt, file, wait_ms: waitMs },
    ...{ attempts: answer === undefined ? 0 : 1, status: answer?.status ?? 0, error: answer?.error ?? '' },
  }));
  await database.query(enqueue, [webhookId, retriedForMs, JSON.stringify(rows)]);
}

export async function settleDeliveries(
  database: Database,
  settled: readonly { readonly id: string; readonly answer: Answer; readonly waitMs: number }[],
): Promise<void> {
  await database.query(settle, [
    settled.map(({ id }) => id),
    settled.map(({ answer }) => answer.status),
    settled.map(({ answer }) => answer.error),
    settled.map(({ waitMs }) => waitMs),
  ]);
}

export interface WebhookHealth {
  readonly failures: number;
  readonly pauseMs: number;
  /** The latest failure; empty if there was none. */
  readonly failure: string;
  readonly succeeded: boolean;
  /** Empty unless it is to be disabled. */
  readonly disabledReason: string;
}

export async function noteWebhookHealth(database: Database, id: string, health: WebhookHealth): Promise<void> {
  const { failures, pauseMs, failure, succeeded, disabledReason } = health;
  await database.query(noteHealth, [id, failures, pauseMs, failure, succeeded, disabledReason]);
}

import type { WebhookFilter, WebhookRecord } from '#domain/webhook.ts';
import type { Database, Reader, Statement } from '../database/database.ts';

const columns = `w.id, w.tenant, w.kind, w.url, w.description, w.events, w.types, w.paths, w.enabled,
  w.disabled_reason as "disabledReason", w.created_at as "createdAt",
  case when w.old_secret_until > now() then w.old_secret_until end as "oldSecretUntil", w.failures,
  case when w.paused_until > now() then w.paused_until end as "pausedUntil", w.last_failure as "lastFailure",
  w.last_failure_at as "lastFailureAt", w.last_success_at as "lastSuccessAt"`;

const insert: Statement = {
  name: 'insert-webhook',
  text: `
    insert into webhooks as w (tenant, url, description, events, types, paths, secret)
    select $1, $2, $3, $4::text[], $5::text[], $6::text[], $7
    where (select count(*) from webhooks where tenant is not distinct from $1 and deleted_at is null) < $8
    returning ${columns}`,
};

const list: Statement = {
  name: 'list-webhooks',
  text: `select ${columns} from webhooks w
    where ($1::uuid is null or w.id = $1) and w.deleted_at is null order by w.id desc limit 1000`,
};

const update: Statement = {
  name: 'update-webhook',
  text: `
    update webhooks w set
      url = coalesce($2, w.url), description = coalesce($3, w.description), events = coalesce($4::text[], w.events),
      types = coalesce($5::text[], w.types), paths = coalesce($6::text[], w.paths), enabled = coalesce($7, w.enabled),
      disabled_reason = case when $7 is null then w.disabled_reason else '' end, failures = 0, paused_until = null
    where w.id = $1 and w.kind = 'http' and w.deleted_at is null returning ${columns}`,
};

const rotate: Statement = {
  name: 'rotate-webhook-secret',
  text: `
    update webhooks w set old_secret = w.secret, old_secret_until = now() + $3 * interval '1 millisecond', secret = $2
    where w.id = $1 and w.kind = 'http' and w.deleted_at is null returning ${columns}`,
};

const remove: Statement = {
  name: 'delete-webhooks',
  text: `
    update webhooks set enabled = false, deleted_at = now()
    where id = any ($1::uuid[]) and kind = 'http' and deleted_at is null returning id`,
};

const secrets: Statement = {
  name: 'webhook-secrets',
  text: `
    select w.secret, case when w.old_secret_until > now() then w.old_secret end as "oldSecret" from webhooks w where w.id = $1`,
};

const upsertStream: Statement = {
  name: 'upsert-event-stream',
  text: `
    insert into webhooks (id, kind, url, events, secret) values ($1, 'redis', $2, $3::text[], '')
    on conflict (id) do update set url = excluded.url, events = excluded.events, enabled = true, deleted_at = null`,
};

const removeStream: Statement = {
  name: 'delete-event-stream',
  text: 'update webhooks set enabled = false, deleted_at = now() where id = $1 and deleted_at is null',
};

export type NewWebhook = WebhookFilter &
  Pick<WebhookRecord, 'url' | 'description'> & {
    readonly secret: string;
  };

/** Absent fields stay as they are. */
export type WebhookChanges = Partial<
  Pick<WebhookRecord, 'url' | 'description' | 'events' | 'types' | 'paths' | 'enabled'>
>;

/** @returns undefined if the tenant has `most` already */
export async function insertWebhook(
  database: Database,
  { tenant, url, description, events, types, paths, secret }: NewWebhook,
  most: number,
): Promise<WebhookRecord | undefined> {
  const values = [tenant, url, description, events, types, paths, secret, most];
  const [row] = await database.query<WebhookRecord>(insert, values);
  return row;
}

/** The newest first. @param id of one of them */
export async function listWebhooks(reader: Reader, id?: string): Promise<WebhookRecord[]> {
  return await reader.query<WebhookRecord>(list, [id ?? null]);
}

/** An enabled webhook starts without the failures of its past. */
export async function updateWebhook(
  database: Database,
  id: string,
  { url, description, events, types, paths, enabled }: WebhookChanges,
): Promise<WebhookRecord | undefined> {
  const changes = [url, description, events, types, paths, enabled].map((value) => value ?? null);
  const [row] = await database.query<WebhookRecord>(update, [id, ...changes]);
  return row;
}

export async function rotateSecret(
  database: Database,
  id: string,
  secret: string,
  oldForMs: number,
): Promise<WebhookRecord | undefined> {
  const [row] = await database.query<WebhookRecord>(rotate, [id, secret, oldForMs]);
  return row;
}

/** Nothing is sent any more; `forgetDeliveries` removes the rows. @returns the ids that existed */
export async function deleteWebhooks(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ id: string }>(remove, [ids]);
  return new Set(rows.map(({ id }) => id));
}

/** The secrets that sign at present, the newest first. */
export async function secretsOf(database: Database, id: string): Promise<readonly string[]> {
  const [row] = await database.query<{ secret: string; oldSecret: string | null }>(secrets, [id]);
  return row === undefined ? [] : [row.secret, ...(row.oldSecret === null ? [] : [row.oldSecret])];
}

const streamId = '00000000-0000-7000-8000-000000000001';

/** Enters the Redis stream of this system among the webhooks, or removes it for undefined. */
export async function setEventStream(
  database: Database,
  stream: { readonly url: string; readonly events: readonly string[] } | undefined,
): Promise<void> {
  if (stream === undefined) await database.query(removeStream, [streamId]);
  else await database.query(upsertStream, [streamId, stream.url, stream.events]);
}

import { uuidAt } from '#domain/uuid.ts';
import { batchOf, type DeliveryRecord, type DeliveryState, placeOf } from '#domain/webhook.ts';
import type { Database, Reader, Statement } from '../database/database.ts';

// What an outbox says of each event. An event without a row in webhook_deliveries was delivered at the first attempt, waits for
// it, or was given up before.

export interface DeliveryFilter {
  readonly webhookId: string;
  readonly state: DeliveryState | null;
  readonly fileId: string | null;
}

const idOf = `(left(b.id::text, 32) || lpad(to_hex(e.place - 1), 4, '0'))::uuid`;
const stateOf = `coalesce(d.state, case when coalesce(b.answers[e.place], 0) > 0 then 'DELIVERED'
  when b.done_at is null then 'PENDING' else 'GIVEN_UP' end)`;
const field = (name: 'id' | 'filename') => `e.file ->> ${placeOf(name)}`;

const list: Statement = {
  name: 'list-deliveries',
  text: `
    select ${idOf} as id, b.webhook_id as "webhookId", ${field('id')} as "fileId", ${field('filename')} as filename,
      b.event, b.created_at as "createdAt", ${stateOf} as state,
      coalesce(d.attempts, case when b.answers[e.place] > 0 then 1 else 0 end) as attempts,
      coalesce(d.last_status, b.answers[e.place], 0) as "lastStatus", coalesce(d.last_error, '') as "lastError",
      case when d.id is not null then d.last_at when b.answers[e.place] > 0 then b.done_at end as "lastAt",
      case when d.state = 'PENDING' then d.next_at end as "nextAt"
    from webhook_batches b cross join lateral json_array_elements(b.files) with ordinality as e (file, place)
      left join webhook_deliveries d on d.id = ${idOf}
    where b.webhook_id = $1 and ($3::text is null or ${field('id')} = $3)
      and ($2::text is null or ${stateOf} = $2) and ($2 is distinct from 'GIVEN_UP' or b.troubled)
      and ($5::uuid is null or b.seq < (select seq from webhook_batches where id = $5) or b.id = $5 and e.place - 1 < $6)
    order by b.seq desc, e.place desc limit $4`,
};

const replay: Statement = {
  name: 'replay-deliveries',
  text: `
    with asked as (
      select i.id, b.id as batch_id, b.webhook_id, b.seq, b.event, b.created_at, b.files -> i.n as file
      from unnest($1::uuid[], $2::uuid[], $3::integer[]) as i (id, batch_id, n) join webhook_batches b on b.id = i.batch_id
      where b.webhook_id = $4 and (b.done_at is not null or coalesce(b.answers[i.n + 1], 0) <> 0) and b.files -> i.n is not null
    ), noted as (
      update webhook_batches b set troubled = true where b.id in (select batch_id from asked) and not b.troubled
    )
    insert into webhook_deliveries as d (id, webhook_id, file_id, seq, event, created_at, file, gives_up_at)
    select id, webhook_id, (file ->> ${placeOf('id')})::uuid, seq, event, created_at, file, now() + $5 * interval '1 millisecond'
    from asked
    on conflict (id) do update set state = 'PENDING', attempts = 0, next_at = now(), gives_up_at = excluded.gives_up_at
    returning d.id`,
};

const expireBatches: Statement = {
  name: 'expire-batches',
  text: `
    update webhook_batches b set done_at = now(), troubled = true where b.id in (
      select o.id from webhooks c cross join lateral (
        select id from webhook_batches where webhook_id = c.id and done_at is null and id < $1 order by seq limit $2) o)
    returning b.id`,
};

const expireDeliveries: Statement = {
  name: 'expire-deliveries',
  text: `
    update webhook_deliveries set state = 'GIVEN_UP' where id in (
      select o.id from webhooks c cross join lateral (
        select id from webhook_deliveries where webhook_id = c.id and state = 'PENDING' and gives_up_at < now()
        order by next_at limit $1) o)
    returning id`,
};

const forgetBatches: Statement = {
  name: 'forget-batches',
  text: `delete from webhook_batches where id in
    (select id from webhook_batches where id < $1 and done_at is not null order by id limit $2) returning id`,
};

const forgetOld: Statement = {
  name: 'forget-deliveries',
  text: `delete from webhook_deliveries where id in
    (select id from webhook_deliveries where id < $1 and state <> 'PENDING' order by id limit $2) returning id`,
};

const deletedWebhooks = `select id from webhooks where deleted_at is not null`;

const forgetOfDeleted = ['webhook_batches', 'webhook_deliveries'].map((table): Statement => {
  return {
    name: `forget-${table}-of-deleted`,
    text: `delete from ${table} where id in (
      select o.id from (${deletedWebhooks}) c cross join lateral (select id from ${table} where webhook_id = c.id limit $1) o)
      returning id`,
  };
});

const forgetDeleted: Statement = {
  name: 'forget-webhooks',
  text: `
    delete from webhooks w where w.deleted_at < now() - interval '1 minute'
      and not exists (select from webhook_batches b where b.webhook_id = w.id)
      and not exists (select from webhook_deliveries d where d.webhook_id = w.id)`,
};

/** The newest first. @param page after the delivery `beforeId` */
export async function listDeliveries(
  reader: Reader,
  { webhookId, state, fileId }: DeliveryFilter,
  { limit, beforeId }: { readonly limit: number; readonly beforeId?: string | undefined },
): Promise<DeliveryRecord[]> {
  const before = beforeId === undefined ? undefined : batchOf(beforeId);
  const values = [webhookId, state, fileId, limit, before?.batchId ?? null, before?.n ?? null];
  return await reader.query<DeliveryRecord>(list, values);
}

/** Sends events again, with the same id. @returns the ids that are to be sent; unsent and unknown ones are not among them */
export async function replayDeliveries(
  database: Database,
  webhookId: string,
  ids: readonly string[],
  forMs: number,
): Promise<ReadonlySet<string>> {
  const places = ids.map(batchOf);
  const values = [ids, places.map(({ batchId }) => batchId), places.map(({ n }) => n), webhookId, forMs];
  const rows = await database.query<{ id: string }>(replay, values);
  return new Set(rows.map(({ id }) => id));
}

/** Gives up what could not be sent in `forMs`. @returns whether there may be more */
export async function expireEvents(database: Database, forMs: number, most: number): Promise<boolean> {
  const batches = await database.query(expireBatches, [uuidAt(Date.now() - forMs), most]);
  const deliveries = await database.query(expireDeliveries, [most]);
  return batches.length >= most || deliveries.length >= most;
}

/** Deletes at most `most` rows of each kind that are older than `keepMs`, or of deleted webhooks. @returns whether there may be more */
export async function forgetDeliveries(database: Database, keepMs: number, most: number): Promise<boolean> {
  const before = uuidAt(Date.now() - keepMs);
  const gone = [await database.query(forgetBatches, [before, most]), await database.query(forgetOld, [before, most])];
  for (const statement of forgetOfDeleted) gone.push(await database.query(statement, [most]));
  await database.query(forgetDeleted);
  return gone.some((rows) => rows.length >= most);
}

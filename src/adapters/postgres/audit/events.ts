import type { AuditAction, AuditDetail, AuditEvent } from '#domain/audit.ts';
import { isUuid, uuidAt } from '#domain/uuid.ts';
import type { Database, Reader, Statement } from '../database/database.ts';
import { type Parameter, whereAll } from '../results/found.ts';
import { uploadColumns } from './audited.ts';

/** An absent field means all. */
export interface AuditFilter {
  /** The id or the name of a caller. */
  readonly actor?: string;
  readonly tenant?: string;
  readonly action?: AuditAction;
  readonly object?: string;
  readonly since?: Date;
  readonly until?: Date;
}

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly actor: string;
  readonly name: string;
  readonly tenant: string;
  readonly action: AuditAction;
  readonly object: string;
  readonly requestId: string;
  readonly address: string;
  readonly detail: AuditDetail | null;
}

const insert: Statement = {
  name: 'insert-audit',
  text: `
    insert into audit (id, kind, actor, name, tenant, action, object, request_id, address, detail)
    select i.* from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::jsonb[]) as i
    on conflict do nothing`,
};

/**
 * PostgreSQL cannot store NUL in text, which would keep all events of a batch from being written: a caller could blind the
 * audit by what it asks for.
 */
function storable<Value>(value: Value): Value | string {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value;
}

/** May be repeated. */
export async function insertEvents(database: Database, events: readonly AuditEvent[]): Promise<void> {
  const columns: ((event: AuditEvent) => string | null)[] = [
    ({ id }) => id,
    ({ actor }) => actor.kind,
    ({ actor }) => actor.id,
    ({ actor }) => actor.name,
    ({ tenant }) => tenant,
    ({ action }) => action,
    ({ object }) => object,
    ({ actor }) => actor.requestId,
    ({ actor }) => actor.address,
    ({ detail }) => detail && JSON.stringify(detail, (_, value: unknown) => storable(value)),
  ];
  await database.query(
    insert,
    columns.map((value) => events.map((event) => storable(value(event)))),
  );
}

/** One page of events with ids below `beforeId`, the newest first. @throws FilemillError FILTER_TOO_BROAD */
export async function listEvents(
  database: Reader,
  filter: AuditFilter,
  page: { readonly limit: number; readonly beforeId?: string | undefined },
): Promise<AuditRow[]> {
  const { text, values } = eventsStatement(filter, page);
  return await database.query<AuditRow>({ text }, values);
}

/** Uploads are read from the files. Exported so that a test can look at its plan. */
export function eventsStatement(
  filter: AuditFilter,
  { limit, beforeId }: { readonly limit: number; readonly beforeId?: string | undefined },
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const most = parameter(limit);
  const { action, object, since, until } = filter;
  const range = [
    ...(beforeId === undefined ? [] : [`id < ${parameter(beforeId)}::uuid`]),
    ...(since === undefined ? [] : [`id >= ${parameter(uuidAt(since.getTime()))}::uuid`]),
    ...(until === undefined ? [] : [`id < ${parameter(uuidAt(until.getTime()))}::uuid`]),
  ];
  const recorded = [...range, ...recordedConditions(filter, parameter)];
  const newest = `order by id desc limit ${most}`;
  const sources = [`(select ${recordedColumns} from audit ${whereAll(recorded)} ${newest})`];
  if ((action ?? 'upload') === 'upload' && (object === undefined || isUuid(object))) {
    const uploads = ['uploader is not null', ...range, ...uploadConditions(filter, parameter)];
    sources.push(`(select ${uploadColumns}, null as detail from files f ${whereAll(uploads)} ${newest})`);
  }
  const text = `
    select id, uuid_extract_timestamp(id) as at, kind, actor, name, tenant, action, object, request_id as "requestId",
      address, detail
    from (${sources.join(' union all ')}) e ${newest}`;
  return { text, values };
}

const recordedColumns = 'id, kind, actor, name, tenant, action, object, request_id, address, detail';

function recordedConditions({ actor, tenant, action, object }: AuditFilter, parameter: Parameter): string[] {
  const conditions: string[] = [];
  if (actor !== undefined) conditions.push(`(actor = ${parameter(actor)} or name = ${parameter(actor)})`);
  if (tenant !== undefined) conditions.push(`tenant = ${parameter(tenant)}`);
  if (action !== undefined) conditions.push(`action = ${parameter(action)}`);
  if (object !== undefined) conditions.push(`object = ${parameter(object)} and object <> ''`);
  return conditions;
}

function uploadConditions({ actor, tenant, object }: AuditFilter, parameter: Parameter): string[] {
  const conditions: string[] = [];
  if (actor !== undefined) conditions.push(`${parameter(actor)} in (uploader::json ->> 1, uploader::json ->> 3)`);
  if (tenant !== undefined) conditions.push(`tenant = ${parameter(tenant)}`);
  if (object !== undefined) conditions.push(`id = ${parameter(object)}::uuid`);
  return conditions;
}

const prune: Statement = {
  name: 'prune-audit',
  text: 'select prune_audit(make_interval(days => $1), $2) as pruned',
};

/** Deletes at most `most` of the oldest events that are older than `days`, and tells how many. */
export async function pruneAudit(database: Database, days: number, most: number): Promise<number> {
  const [row] = await database.query<{ pruned: number }>(prune, [days, most]);
  return row?.pruned ?? 0;
}

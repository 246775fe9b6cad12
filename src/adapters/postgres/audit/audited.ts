import type { Actor, AuditAction } from '#domain/audit.ts';

// Parts of statements that change files: what they did is recorded in the same transaction.

/** The caller, for `audited`; nothing is recorded for undefined. */
export function actorParameter(by: Actor | undefined): string | null {
  if (by === undefined) return null;
  const { kind, id, name, address, requestId } = by;
  return JSON.stringify({ kind, actor: id, name, address, request_id: requestId });
}

/**
 * A CTE that records one event for each row of `source` (id, tenant).
 *
 * @param by the placeholder of `actorParameter`
 */
export function audited(source: string, action: AuditAction, by: string): string {
  return `audited_${source} as (
    insert into audit (kind, actor, name, tenant, action, object, request_id, address)
    select b.kind, b.actor, b.name, s.tenant, '${action}', s.id::text, b.request_id, b.address
    from ${source} s
      cross join jsonb_to_record(${by}::jsonb) as b (kind text, actor text, name text, request_id text, address text)
    where ${by}::jsonb is not null
  )`;
}

/** The columns of the upload of a file `f`, from `files` or from what was deleted of it. */
export const uploadColumns = `
  f.id, f.uploader::json ->> 0 as kind, f.uploader::json ->> 1 as actor, f.uploader::json ->> 3 as name, f.tenant,
  'upload' as action, f.id::text as object, coalesce(f.request_id, '') as request_id, f.uploader::json ->> 2 as address`;

/** A CTE that keeps who uploaded the deleted files of `source` (id, tenant, uploader, request_id). */
export function uploadsKept(source: string): string {
  return `uploads_${source} as (
    insert into audit (id, kind, actor, name, tenant, action, object, request_id, address)
    select ${uploadColumns} from ${source} f where f.uploader is not null
    on conflict do nothing
  )`;
}

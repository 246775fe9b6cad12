import { type FileRecord, fieldsOf, fileFields, snakeCase } from '#domain/file.ts';
import { retryDelayBoundsMs } from '#domain/retry-policy.ts';
import { isDue } from './moments.ts';

/**
 * An SQL expression for each field of a FileRecord. The hash of a COMPLETED file is in `sha256` only where it is not the declared
 * one, which is 64 bytes less for each file.
 *
 * @param row the alias of `files`, or a whole row of it
 */
export function fieldExpressions(row: string): Readonly<Record<keyof FileRecord, string>> {
  const names = fieldsOf(fileFields).map(([field]) => [field, `${row}.${snakeCase(field)}`] as const);
  return {
    ...(Object.fromEntries(names) as Record<keyof FileRecord, string>),
    sha256: `coalesce(${row}.sha256, case when ${row}.status = 'COMPLETED' then ${row}.declared_sha256 end)`,
  };
}

/** The columns of a FileRecord. `f` is the alias of `files`. */
export const fileColumns = Object.entries(fieldExpressions('f'))
  .map(([field, expression]) => `${expression} as "${field}"`)
  .join(', ');

/** The columns of a ClaimedFile. */
export const claimColumns = `
  f.id, f.lease_token as "leaseToken", f.storage_key as "storageKey", f.filename, f.size,
  f.declared_sha256 as "declaredSha256", f.attempt, f.silences > 0 as alone, f.tenant, f.request_id as "requestId",
  f.traceparent`;

/** The longest time from the end of an upload to the creation of its row; sweeps wait far longer. */
export const maxKeyAge = '1 hour';

/** The longest delay of `run_after`. */
const longestWait = `${Math.max(...retryDelayBoundsMs)} milliseconds`;

/** Whether the file `f` waits for a worker, and its backoff is over. */
export const waitsForWorker = `f.status = 'PENDING' and ${isDue('f.run_after', longestWait)}`;

/** Notifies every metadata process once per batch that files changed, without a payload. */
export const changeChannel = 'filemill_changed';

/** A subquery that notifies when `source` has rows; a statement joins it to its answer. */
export function notifiedBy(source: string): string {
  return `(select pg_notify('${changeChannel}', '') from ${source} limit 1) as notified`;
}

/**
 * A subquery with which a statement whose `source` has rows is committed before it is on the disk, or on a standby: a statement joins it
 * to its answer. For what costs time and nothing else when PostgreSQL crashes and forgets it.
 */
export function unsyncedBy(source: string): string {
  return `(select set_config('synchronous_commit', 'off', true) from ${source} limit 1) as unsynced`;
}

/** The values of one field as an array, for `unnest`. */
export function column<Item, Field extends keyof Item>(items: readonly Item[], field: Field): Item[Field][] {
  return items.map((item) => item[field]);
}

import { fieldsOf, fileFields, snakeCase } from '#domain/file.ts';
import { retryDelayBoundsMs } from '#domain/retry-policy.ts';

/** The columns of a FileRecord. `f` is the alias of `files`. */
export const fileColumns = fieldsOf(fileFields)
  .map(([field]) => `f.${snakeCase(field)} as "${field}"`)
  .join(', ');

/** The columns of a ClaimedFile. */
export const claimColumns = `
  f.id, f.lease_token as "leaseToken", f.storage_key as "storageKey", f.filename, f.size,
  f.declared_sha256 as "declaredSha256", f.attempt, f.silences > 0 as alone, f.tenant, f.request_id as "requestId",
  f.traceparent`;

/** The longest time from the end of an upload to the creation of its row; sweeps wait far longer. */
export const maxKeyAge = '1 hour';

/** The longest delay of `run_after`. */
export const longestWait = `${Math.max(...retryDelayBoundsMs)} milliseconds`;

/** Notifies every metadata process once per batch that files changed, without a payload. */
export const changeChannel = 'filemill_changed';

/** A subquery that notifies when `source` has rows; a statement joins it to its answer. */
export function notifiedBy(source: string): string {
  return `(select pg_notify('${changeChannel}', '') from ${source} limit 1) as notified`;
}

/** The values of one field as an array, for `unnest`. */
export function column<Item, Field extends keyof Item>(items: readonly Item[], field: Field): Item[Field][] {
  return items.map((item) => item[field]);
}

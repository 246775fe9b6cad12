import { type ClaimedFile, fieldsOf, fileFields, snakeCase } from '#domain/file.ts';
import { retryDelayBoundsMs } from '#domain/retry-policy.ts';

/** The columns of `files` that readers see, named as in FileRecord. `f` is the table's alias. */
export const fileColumns = fieldsOf(fileFields)
  .map(([field]) => `f.${snakeCase(field)} as "${field}"`)
  .join(', ');

/** The columns that a worker needs of its claim, named as in ClaimedFile. */
export const claimColumns = `
  f.id, f.lease_token as "leaseToken", f.storage_key as "storageKey", f.filename, f.size,
  f.declared_sha256 as "declaredSha256", f.attempt, f.silences > 0 as alone`;

export type ClaimRow = ClaimedFile;

/** Longest time from the end of an upload to the creation of its row; sweeps wait far longer. */
export const maxKeyAge = '1 hour';

/** Bound of `run_after`: no file waits longer before it may be claimed. */
export const longestWait = `${Math.max(...retryDelayBoundsMs)} milliseconds`;

/** Payload-free: tells every metadata process that files changed, once a batch. */
export const changeChannel = 'filemill_changed';

/** What to join a statement's answer with, so that it notifies when `source` has rows. */
export function notifiedBy(source: string): string {
  return `(select pg_notify('${changeChannel}', '') from ${source} limit 1) as notified`;
}

/** The values of one field as an array, for `unnest`. */
export function column<Item, Field extends keyof Item>(items: readonly Item[], field: Field): Item[Field][] {
  return items.map((item) => item[field]);
}

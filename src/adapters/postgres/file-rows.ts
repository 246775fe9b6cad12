import type { ClaimedFile, FileRecord } from '#domain/file.ts';

/** The columns of `files` that readers see, named as in FileRecord. `f` is the table's alias. */
export const fileColumns = `
  f.id, f.filename, f.path, f.size, f.mime_type as "mimeType", f.status, f.attempt,
  f.max_attempts as "maxAttempts", f.created_at as "createdAt", f.updated_at as "updatedAt",
  f.completed_at as "completedAt", f.sha256, f.declared_sha256 as "declaredSha256",
  f.error_code as "errorCode", f.error_message as "errorMessage", f.worker`;

export type FileRow = FileRecord;

/** The columns that a worker needs of its claim, named as in ClaimedFile. */
export const claimColumns = `
  f.id, f.lease_token as "leaseToken", f.storage_key as "storageKey", f.filename, f.size,
  f.mime_type as "mimeType", f.declared_sha256 as "declaredSha256", f.attempt,
  f.max_attempts as "maxAttempts", f.silences > 0 as alone`;

export type ClaimRow = ClaimedFile;

/** Longest time from minting a storage key to creating its row; sweeps wait far longer. */
export const maxKeyAge = '1 hour';

/** Payload-free: tells every metadata process that files changed, once a batch. */
export const changeChannel = 'filemill_changed';

/** A CTE that notifies when `source` has rows; the statement must read from `notified`. */
export function notifiedBy(source: string): string {
  return `notified as (select pg_notify('${changeChannel}', '') from ${source} limit 1)`;
}

/** The values of one field as an array, for `unnest`. */
export function column<Item, Field extends keyof Item>(items: readonly Item[], field: Field): Item[Field][] {
  return items.map((item) => item[field]);
}

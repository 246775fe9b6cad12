import { requireBatch, requireRows } from '#contract/requests.ts';
import type { UploadLockRef } from '#domain/upload-lock.ts';
import { isUuid } from '#domain/uuid.ts';

/** @throws FilemillError REQUEST_INVALID */
export function uploadLocks(request: { uploadIds: readonly string[]; tokens: readonly string[] }): UploadLockRef[] {
  const { uploadIds, tokens } = request;
  const rows = requireRows({ uploadIds: requireBatch(uploadIds, 'upload_ids'), tokens });
  return rows.map((row) => ({ uploadId: row.uploadIds.toLowerCase(), token: row.tokens.toLowerCase() }));
}

export function isWellFormed({ uploadId, token }: UploadLockRef): boolean {
  return isUuid(uploadId) && isUuid(token);
}

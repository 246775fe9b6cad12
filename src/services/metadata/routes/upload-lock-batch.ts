import { requireBatch, requireColumns } from '#contract/requests.ts';
import type { UploadLockRef } from '#domain/upload-lock.ts';
import { isUuid } from '#domain/uuid.ts';

/** @throws FilemillError REQUEST_INVALID */
export function uploadLocks(request: { uploadIds: readonly string[]; tokens: readonly string[] }): UploadLockRef[] {
  const { uploadIds, tokens } = request;
  requireColumns(requireBatch(uploadIds, 'upload_ids').length, { tokens });
  return uploadIds.map((id, n) => ({ uploadId: id.toLowerCase(), token: (tokens[n] as string).toLowerCase() }));
}

export function isWellFormed({ uploadId, token }: UploadLockRef): boolean {
  return isUuid(uploadId) && isUuid(token);
}

import { lockUploads, renewUploadLocks } from '#adapters/postgres/upkeep/upload-locks.ts';
import { requireBatch, requireRows, runBatch } from '#contract/requests.ts';
import type { UploadLockOutcome, UploadLockRef } from '#domain/upload-lock.ts';
import { isUuid } from '#domain/uuid.ts';
import { LockUploadsResponse_Outcome as Outcome } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

/** A lock lasts as long as a lease. */
export function lockUploadsRoute({ database, clock, leaseMs }: MetadataContext): Route<'lockUploads'> {
  return async (request) => {
    const outcomes = await runBatch<UploadLockRef, UploadLockOutcome>(
      uploadLocks(request),
      (lock) => (isWellFormed(lock) ? undefined : 'TAKEN'),
      (good) =>
        request.renewal
          ? renewUploadLocks(database, good, leaseMs)
          : lockUploads(database, good, leaseMs, clock.range(leaseMs)),
    );
    return { outcomes: outcomes.map((outcome) => Outcome[outcome]), lockMs: leaseMs };
  };
}

/** @throws FilemillError REQUEST_INVALID */
export function uploadLocks(request: { uploadIds: readonly string[]; tokens: readonly string[] }): UploadLockRef[] {
  const { uploadIds, tokens } = request;
  const rows = requireRows({ uploadIds: requireBatch(uploadIds, 'upload_ids'), tokens });
  return rows.map((row) => ({ uploadId: row.uploadIds.toLowerCase(), token: row.tokens.toLowerCase() }));
}

export function isWellFormed({ uploadId, token }: UploadLockRef): boolean {
  return isUuid(uploadId) && isUuid(token);
}

import type { BlobStore } from '#domain/blob-store.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import type { Admission } from '../admission.ts';
import { readDeclaration } from '../declaration.ts';
import { withIdleLimit } from '../idle-limit.ts';
import { receiveContent, receiveMetadata } from '../reception.ts';
import { type RegistrationContext, register } from '../registration.ts';
import type { Ringer } from '../ringer.ts';

export interface UploadFileContext extends RegistrationContext {
  readonly blobs: BlobStore;
  readonly admission: Admission;
  readonly ringer: Ringer;
  /** Bytes. */
  readonly maxFileSize: number;
  readonly streamIdleMs: number;
}

/**
 * Takes one file in. The answer is sent only after the content was checked, the bytes are durable, and
 * the row that names them is committed; whatever fails before leaves nothing staged.
 */
export function uploadFile(context: UploadFileContext): ServiceHandlers<typeof UploadService>['uploadFile'] {
  const { admission, blobs, ringer, logger, maxFileSize, streamIdleMs } = context;
  return async (requests, { signal }) => {
    const messages = withIdleLimit(requests, streamIdleMs);
    const declared = readDeclaration(await receiveMetadata(messages), maxFileSize);
    using _admitted = await admission.enter(declared.size ?? 0);
    await using staged = await blobs.stage();
    await failpoint('upload.staged');
    const sha256 = await receiveContent(messages, staged, declared, maxFileSize);
    await failpoint('upload.written');
    const { filename, path, mimeType, idempotencyKey } = declared;
    const size = staged.size;
    const storageKey = await staged.commit();
    const file = { storageKey, filename, path, size, mimeType, declaredSha256: sha256, idempotencyKey };
    const { id, duplicate } = await register(context, file, signal);
    await failpoint('upload.created');
    if (!duplicate) ringer.ring(id);
    await failpoint('upload.rung');
    logger.debug({ id, size, duplicate }, 'file accepted');
    return { id, size: BigInt(size), sha256: sha256 ?? '', duplicate };
  };
}

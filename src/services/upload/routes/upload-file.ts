import type { BlobStore } from '#domain/blob-store.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { type AcceptanceContext, accept } from '../acceptance/acceptance.ts';
import type { Quotas } from '../callers/quotas.ts';
import type { Admission } from '../intake/admission.ts';
import { isHashed, readDeclaration } from '../intake/declaration.ts';
import { contentBytes, receiveContent, receiveMetadata } from '../intake/reception.ts';
import { awaitContent, type FilePace, withFilePace } from '../intake/stream-pace.ts';

export interface UploadContext extends AcceptanceContext, FilePace {
  readonly blobs: BlobStore;
  readonly admission: Admission;
  readonly quotas: Quotas;
  /** Bytes. */
  readonly maxFileSize: number;
}

/**
 * Uploads one file. The answer is sent only after the content is checked, the bytes are durable and the row is
 * committed; a failure before that leaves nothing staged.
 */
export function uploadFile(context: UploadContext): ServiceHandlers<typeof UploadService>['uploadFile'] {
  const { admission, blobs, maxFileSize, quotas } = context;
  return async (requests, call) => {
    const beganAt = performance.now();
    const { tenant } = call.caller;
    using _ = quotas.enter(tenant);
    const messages = withFilePace(context, requests, contentBytes);
    const declared = readDeclaration(await receiveMetadata(messages), maxFileSize);
    await quotas.requireRoom(tenant, declared.size, [declared.idempotencyKey]);
    const content = await awaitContent(messages);
    using admitted = await admission.enter(declared.size);
    await using staged = await blobs.stage({ hashed: isHashed(declared) });
    await failpoint('upload.staged');
    const sha256 = await receiveContent(content, { staged, admitted, declared, maxFileSize });
    return await accept(context, staged, { declared, size: staged.size, sha256, beganAt }, call);
  };
}

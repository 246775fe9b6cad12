import type { BlobStore } from '#domain/blob-store.ts';
import type { UploadFileRequest, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { type AcceptanceContext, accept } from '../acceptance.ts';
import type { Admission } from '../admission.ts';
import { readDeclaration } from '../declaration.ts';
import { withPaceLimit } from '../pace-limit.ts';
import { contentBytes, receiveContent, receiveMetadata, untilContent } from '../reception.ts';

export interface UploadContext extends AcceptanceContext {
  readonly blobs: BlobStore;
  readonly admission: Admission;
  /** Bytes. */
  readonly maxFileSize: number;
  readonly streamIdleMs: number;
  /** Bytes a second, over `streamIdleMs`; 0 for any. */
  readonly streamMinRate: number;
}

/**
 * Time for a client to begin, once it has opened a stream. A good one may need long: its streams share a connection,
 * its disk is busy.
 */
const openingMs = 30_000;

/** How many times shorter the patience with slow streams is when there is hardly room for others. */
const hurry = 6;

/**
 * Takes one file in. The answer is sent only after the content was checked, the bytes are durable, and
 * the row that names them is committed; whatever fails before leaves nothing staged.
 */
export function uploadFile(context: UploadContext): ServiceHandlers<typeof UploadService>['uploadFile'] {
  const { admission, blobs, maxFileSize } = context;
  return async (requests, { signal }) => {
    const messages = paced(context, requests);
    const declared = readDeclaration(await receiveMetadata(messages), maxFileSize);
    const content = await untilContent(messages);
    using admitted = await admission.enter(declared.size);
    await using staged = await blobs.stage();
    await failpoint('upload.staged');
    const sha256 = await receiveContent(content, { staged, admitted, declared, maxFileSize });
    return await accept(context, staged, { declared, size: staged.size, sha256 }, signal);
  };
}

function paced({ admission, streamIdleMs, streamMinRate }: UploadContext, requests: AsyncIterable<UploadFileRequest>) {
  let messages = 0;
  const idleMs = () => {
    if (messages < 2) return Math.min(openingMs, streamIdleMs);
    return admission.crowded ? streamIdleMs / hurry : streamIdleMs;
  };
  const bytesOf = (message: UploadFileRequest) => {
    messages += 1;
    return contentBytes(message);
  };
  return withPaceLimit(requests, { idleMs, minRate: () => streamMinRate, bytesOf });
}

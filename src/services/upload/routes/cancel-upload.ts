import { reachOf } from '#domain/access.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { findUpload } from '../resumable/upload-record.ts';
import type { AppendUploadContext } from './append-upload.ts';

/**
 * An append in progress gives way first. The file of a finished upload keeps its bytes, which have a link of their
 * own.
 */
export function cancelUpload(
  context: Pick<AppendUploadContext, 'partial' | 'locks'>,
): ServiceHandlers<typeof UploadService>['cancelUpload'] {
  const { partial, locks } = context;
  return async ({ id }, { signal, caller }) => {
    await findUpload(partial, id, reachOf(caller));
    await using _lock = await locks.take(id, signal);
    await partial.remove(id);
    return {};
  };
}

import { reachOf } from '#domain/access.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { findUpload, toPartialUpload } from '../resumable/upload-record.ts';
import type { BeginUploadContext } from './begin-upload.ts';

/** Takes no lock: a read must not interrupt an append, and during one the offset it tells is outdated on arrival. */
export function getUpload(
  context: Pick<BeginUploadContext, 'partial' | 'uploadExpiryMs'>,
): ServiceHandlers<typeof UploadService>['getUpload'] {
  const { partial, uploadExpiryMs } = context;
  return async ({ id }, { caller }) => ({
    upload: toPartialUpload(await findUpload(partial, id, reachOf(caller)), uploadExpiryMs),
  });
}

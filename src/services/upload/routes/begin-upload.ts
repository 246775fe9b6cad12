import { FilemillError } from '#domain/errors.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import type { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { readDeclaration } from '../declaration.ts';
import { findUpload, formatRecord, toPartialUpload } from '../upload-record.ts';
import type { UploadContext } from './upload-file.ts';

export interface BeginUploadContext extends Pick<UploadContext, 'admission' | 'maxFileSize'> {
  readonly partial: PartialBlobStore;
  /** How long an upload is kept that nothing is appended to, in milliseconds. */
  readonly uploadExpiryMs: number;
}

/** UTF-16 code units. */
const maxNoteLength = 8 * 1024;

/** Refuses what could not be kept anyway; otherwise the upload is durable when this answers. */
export function beginUpload(context: BeginUploadContext): ServiceHandlers<typeof UploadService>['beginUpload'] {
  const { admission, maxFileSize, partial, uploadExpiryMs } = context;
  return async ({ metadata, clientNote }) => {
    if (metadata === undefined) throw new FilemillError('METADATA_MISSING');
    const { size, sha256AtClose } = readDeclaration(metadata, maxFileSize);
    if (size === null && !sha256AtClose)
      throw new FilemillError('REQUEST_INVALID', '`size` is needed, or `sha256_at_close`: one of them tells the end.');
    if (clientNote.length > maxNoteLength)
      throw new FilemillError('REQUEST_INVALID', `\`client_note\` is longer than ${maxNoteLength} characters.`);
    using _admitted = await admission.enter(size);
    const id = await partial.begin(formatRecord({ metadata, clientNote }));
    await failpoint('upload.begun');
    return { upload: toPartialUpload(await findUpload(partial, id), uploadExpiryMs) };
  };
}

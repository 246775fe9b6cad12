import { timestampDate } from '@bufbuild/protobuf/wkt';
import { FilemillError } from '#domain/errors.ts';
import type { PartialUpload } from '#gen/filemill/v1/upload_service_pb.ts';

/** The progress of an upload, as response headers. */
export function progressHeaders({ offset, file, expireTime }: PartialUpload): Record<string, string> {
  if (file !== undefined) return { 'upload-offset': String(offset), 'filemill-file-id': file.id };
  // "This header MUST be included in every PATCH response if the upload is going to expire. … The value of the
  // Upload-Expires header MUST be in RFC 9110 datetime format."
  const expires = expireTime && { 'upload-expires': timestampDate(expireTime).toUTCString() };
  return { 'upload-offset': String(offset), ...expires };
}

/** Descriptions of these headers for OpenAPI. */
export const describedProgress = {
  'Upload-Offset': 'The number of bytes that the server has.',
  'Upload-Expires': 'When the upload expires unless bytes are appended before.',
  'Filemill-File-Id': 'The id for `/api/v1/files/{id}`, once the upload is finished and its file is kept.',
} as const;

export function uploadOf({ upload }: { readonly upload?: PartialUpload | undefined }): PartialUpload {
  if (upload === undefined) throw new FilemillError('INTERNAL', 'The upload service answered without an upload.');
  return upload;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import { fileTooLarge } from '#domain/file-too-large.ts';
import type { UploadMetadataSchema } from '#gen/filemill/v1/upload_service_pb.ts';
import { declaredType, idempotencyKey } from '../../http/declared.ts';
import { readUploadMetadata, uploadMetadataOf } from './upload-metadata.ts';

/**
 * What the headers of a creation say of the file, in the words of the contract; the upload service checks it.
 *
 * @throws FilemillError REQUEST_INVALID, FILE_TOO_LARGE; NAME_INVALID for a name that is not UTF-8
 */
export function declaredUpload(
  headers: IncomingHttpHeaders,
  maxFileSize: number,
): MessageInitShape<typeof UploadMetadataSchema> {
  refuseParts(headers);
  const size = isDeferred(headers) ? undefined : readCount(headers, 'upload-length');
  // "If the length of the upload exceeds the maximum …, the Server MUST respond with the 413 Request Entity Too Large
  // status."
  if (size !== undefined && size > maxFileSize) throw fileTooLarge(maxFileSize);
  const pairs = readUploadMetadata(uploadMetadataOf(headers));
  const path = pathIn(pairs.get('relativePath') ?? pairs.get('path') ?? '');
  return {
    filename: pairs.get('filename') ?? pairs.get('name') ?? baseName(path),
    path,
    ...(size !== undefined && { size: BigInt(size) }),
    mimeType: declaredType(pairs.get('filetype') ?? pairs.get('type') ?? ''),
    sha256: pairs.get('sha256') ?? '',
    idempotencyKey: idempotencyKey(headers),
  };
}

/** A header that is a number of bytes. @throws FilemillError REQUEST_INVALID */
export function readCount(headers: IncomingHttpHeaders, name: 'upload-length' | 'upload-offset'): number {
  const given = headers[name];
  // "The value MUST be a non-negative integer."
  const count = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new FilemillError('REQUEST_INVALID', `${name} has to be a number of bytes.`);
}

/** "If the length … is not known, the Upload-Defer-Length header MUST be set to 1." @throws FilemillError REQUEST_INVALID */
function isDeferred({ 'upload-defer-length': deferred, 'upload-length': length }: IncomingHttpHeaders): boolean {
  if (deferred === undefined) return false;
  // "If the Upload-Defer-Length header contains any other value than 1 the server should return a 400 Bad Request status."
  if (deferred === '1' && length === undefined) return true;
  throw new FilemillError('REQUEST_INVALID', 'Upload-Defer-Length has to be 1, and comes in place of Upload-Length.');
}

/** Parts taken for whole files would be worse than no upload. */
function refuseParts(headers: IncomingHttpHeaders): void {
  if (headers['upload-concat'] === undefined) return;
  throw new FilemillError(
    'REQUEST_INVALID',
    'The parts of a file cannot come as uploads of their own (Upload-Concat): send the file in one upload, in ' +
      'tus-js-client and Uppy without `parallelUploads`.',
  );
}

/** Metadata may be left out, as in the examples of some clients. */
function baseName(path: string): string {
  return path === '' ? 'unnamed' : path.slice(path.lastIndexOf('/') + 1);
}

/** Some clients write `null` for a file that lay in no folder. */
function pathIn(given: string): string {
  return given === 'null' ? '' : given;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type { UploadMetadataSchema } from '#gen/filemill/v1/upload_service_pb.ts';
import { declaredType, idempotencyKey } from '../declared.ts';
import { readUploadMetadata, uploadMetadataOf } from './upload-metadata.ts';

/**
 * What the headers of a creation say of the file, in the words of the contract; the upload service checks it.
 *
 * @throws FilemillError REQUEST_INVALID, NAME_INVALID, FILE_TOO_LARGE
 */
export function declaredUpload(
  headers: IncomingHttpHeaders,
  maxFileSize: number,
): MessageInitShape<typeof UploadMetadataSchema> & { readonly size: bigint } {
  refuseWhatIsNotOffered(headers);
  const size = readCount(headers, 'upload-length');
  // "If the length of the upload exceeds the maximum …, the Server MUST respond with the 413 Request Entity Too Large
  // status."
  if (size > maxFileSize)
    throw new FilemillError('FILE_TOO_LARGE', `The file has ${size} bytes, more than ${maxFileSize}.`);
  const pairs = readUploadMetadata(uploadMetadataOf(headers));
  const path = pathIn(pairs.get('relativePath') ?? pairs.get('path') ?? '');
  return {
    filename: pairs.get('filename') ?? pairs.get('name') ?? baseName(path),
    path,
    size: BigInt(size),
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

/** Parts taken for whole files, or a file whose end nobody knows, would be worse than no upload. */
function refuseWhatIsNotOffered(headers: IncomingHttpHeaders): void {
  for (const name of ['upload-concat', 'upload-defer-length'])
    if (headers[name] !== undefined)
      throw new FilemillError('REQUEST_INVALID', `${name} is not offered: Tus-Extension names what is.`);
}

/** @throws FilemillError NAME_INVALID */
function baseName(path: string): string {
  if (path !== '') return path.slice(path.lastIndexOf('/') + 1);
  throw new FilemillError('NAME_INVALID', 'Upload-Metadata has no `filename`: give the file a name in the metadata.');
}

/** Some clients write `null` for a file that lay in no folder. */
function pathIn(given: string): string {
  return given === 'null' ? '' : given;
}

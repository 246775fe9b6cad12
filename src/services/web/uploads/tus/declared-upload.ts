import type { IncomingHttpHeaders } from 'node:http';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import { decodeFileName } from '#domain/file-name.ts';
import { fileTooLarge } from '#domain/file-too-large.ts';
import type { UploadMetadataSchema } from '#gen/filemill/v1/upload_service_pb.ts';
import { declaredType, idempotencyKey } from '../../http/declared.ts';

/**
 * What the headers of a creation declare about the file; the upload service checks it.
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
    batch: pairs.get('batch') ?? '',
    priority: pairs.get('priority') ?? '',
  };
}

/** Reads a header that counts bytes. @throws FilemillError REQUEST_INVALID */
export function readCount(headers: IncomingHttpHeaders, name: 'upload-length' | 'upload-offset'): number {
  const given = headers[name];
  // "The value MUST be a non-negative integer."
  const count = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new FilemillError('REQUEST_INVALID', `${name} must be a number of bytes.`);
}

/** "If the length … is not known, the Upload-Defer-Length header MUST be set to 1." @throws FilemillError REQUEST_INVALID */
function isDeferred({ 'upload-defer-length': deferred, 'upload-length': length }: IncomingHttpHeaders): boolean {
  if (deferred === undefined) return false;
  // "If the Upload-Defer-Length header contains any other value than 1 the server should return a 400 Bad Request status."
  if (deferred === '1' && length === undefined) return true;
  throw new FilemillError('REQUEST_INVALID', 'Upload-Defer-Length must be 1, and excludes Upload-Length.');
}

/** Refuses concatenation, as parts must not be taken for whole files. */
function refuseParts(headers: IncomingHttpHeaders): void {
  if (headers['upload-concat'] === undefined) return;
  throw new FilemillError(
    'REQUEST_INVALID',
    'Upload-Concat is not supported: send the file in one upload, in tus-js-client and Uppy without `parallelUploads`.',
  );
}

/** Metadata is optional, as in the examples of some clients. */
function baseName(path: string): string {
  return path === '' ? 'unnamed' : path.slice(path.lastIndexOf('/') + 1);
}

/** Some clients send `null` for a file outside any folder. */
function pathIn(given: string): string {
  return given === 'null' ? '' : given;
}

/** The raw header; empty without one. */
export function uploadMetadataOf(headers: IncomingHttpHeaders): string {
  return String(headers['upload-metadata'] ?? '');
}

/** The decoded pairs of `Upload-Metadata`. @throws FilemillError REQUEST_INVALID; NAME_INVALID for a malformed name */
function readUploadMetadata(header: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (header.trim() === '') return pairs;
  // "The Upload-Metadata request and response header MUST consist of one or more comma-separated key-value pairs."
  for (const pair of header.split(',')) {
    // "The key and value MUST be separated by a space. The key MUST NOT contain spaces and commas and MUST NOT be
    // empty. … The value MAY be empty. In these cases, the space … MAY be left out."
    const [key = '', value = '', ...more] = pair.trim().split(' ');
    if (key === '' || more.length > 0) throw invalid(`the pair ${JSON.stringify(pair)} is not a key and a value`);
    // "All keys MUST be unique."
    if (pairs.has(key)) throw invalid(`the key ${JSON.stringify(key)} comes twice`);
    pairs.set(key, decode(key, value));
  }
  return pairs;
}

/** Keys whose values are file names. */
const nameKeys: readonly string[] = ['filename', 'name', 'relativePath', 'path'];

/** "The value MUST be Base64 encoded." */
function decode(key: string, base64: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw invalid(`the value of ${JSON.stringify(key)} is not Base64`);
  const bytes = Buffer.from(base64, 'base64');
  if (nameKeys.includes(key)) return decodeFileName(bytes);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalid(`the value of ${JSON.stringify(key)} is not UTF-8`, cause);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function invalid(what: string, cause?: unknown): FilemillError {
  return new FilemillError('REQUEST_INVALID', `In Upload-Metadata ${what}.`, { cause });
}

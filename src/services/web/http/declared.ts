import type { IncomingHttpHeaders } from 'node:http';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type { UploadMetadataSchema } from '#gen/filemill/v1/upload_service_pb.ts';

/** What the headers of a `PUT` declare about its body; the upload service checks it. */
export function declaredByHeaders(
  filename: string,
  headers: IncomingHttpHeaders,
): MessageInitShape<typeof UploadMetadataSchema> {
  refuseWhatChangesTheMeaning(headers);
  const { 'content-length': length, 'content-type': type = '' } = headers;
  return {
    filename,
    mimeType: declaredType(type),
    ...(length !== undefined && { size: declaredSize(length) }),
    sha256: declaredSha256(headers),
    idempotencyKey: idempotencyKey(headers),
  };
}

/** The headers that `declaredByHeaders` reads, as OpenAPI describes them. */
export const uploadHeaders = {
  'Idempotency-Key':
    'At most 255 printable ASCII characters. A repeated request with the same key answers with the same file.',
  'Repr-Digest':
    '`sha-256=:BASE64:` (RFC 9530); other bytes are refused. `Content-Digest` and `Digest` are accepted too.',
} as const;

/** Content-Length may exceed int64. @throws FilemillError FILE_TOO_LARGE */
function declaredSize(contentLength: string): bigint {
  const size = BigInt(contentLength);
  if (size < 2n ** 63n) return size;
  throw new FilemillError('FILE_TOO_LARGE', `The file has ${size} bytes, more than any server accepts.`);
}

/** Defaults of clients that know nothing about the content. */
const saysNothing = ['application/octet-stream', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/** The type without its parameters. */
export function declaredType(contentType: string): string {
  const type = (contentType.split(';', 1)[0] as string).trim().toLowerCase();
  return saysNothing.includes(type) ? '' : type;
}

/** The draft of the header quotes the key; most clients do not. */
export function idempotencyKey({ 'idempotency-key': key = '' }: IncomingHttpHeaders): string {
  const text = String(key);
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * The SHA-256 as 64 hex digits; empty when none was declared. As no content coding is accepted, all three headers
 * describe the same bytes.
 *
 * @throws FilemillError REQUEST_INVALID
 */
function declaredSha256(headers: IncomingHttpHeaders): string {
  const given = ['repr-digest', 'content-digest', 'digest'].flatMap((name) => digestsIn(String(headers[name] ?? '')));
  const distinct = [...new Set(given)];
  if (distinct.length > 1) throw new FilemillError('REQUEST_INVALID', 'The headers declare different SHA-256 values.');
  return distinct[0] ?? '';
}

/** `Digest` (RFC 3230) has no colons around the value. Other algorithms are ignored. */
function digestsIn(header: string): string[] {
  const digests: string[] = [];
  for (const member of header.split(',')) {
    const [, value] = /^\s*sha-256\s*=(.*)$/is.exec(member) ?? [];
    if (value === undefined) continue;
    const [, base64] = /^:?([A-Za-z0-9+/]{43}=):?\s*$/.exec(value) ?? [];
    if (base64 === undefined)
      throw new FilemillError('REQUEST_INVALID', 'The SHA-256 of a digest header must be 32 bytes in Base64.');
    digests.push(Buffer.from(base64, 'base64').toString('hex'));
  }
  return digests;
}

/** Refuses encoded or partial content, which is not the file. @throws FilemillError REQUEST_INVALID */
export function refuseWhatChangesTheMeaning(headers: IncomingHttpHeaders): void {
  const { 'content-encoding': encoding = 'identity', 'content-range': range } = headers;
  if (encoding.toLowerCase() !== 'identity')
    throw new FilemillError('REQUEST_INVALID', `Send the file itself: Content-Encoding ${encoding} is not accepted.`);
  // RFC 9110, section 14.4: a server without partial PUT must not take the part for the whole.
  if (range !== undefined) throw new FilemillError('REQUEST_INVALID', 'Send the whole file: ranges are not accepted.');
}

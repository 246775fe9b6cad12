import type { IncomingHttpHeaders } from 'node:http';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type { UploadMetadataSchema } from '#gen/filemill/v1/upload_service_pb.ts';

/** What the headers of a `PUT` say of its body, in the words of the contract; the upload service checks it. */
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

/** The headers that `declaredByHeaders` reads, for the description of routes. */
export const uploadHeaders = {
  'Idempotency-Key': 'At most 255 printable ASCII characters: sending the same again answers with the same file.',
  'Repr-Digest': '`sha-256=:BASE64:` (RFC 9530); other bytes are refused. `Content-Digest` and `Digest` mean the same.',
} as const;

/** HTTP has larger numbers than the contract. @throws FilemillError FILE_TOO_LARGE */
function declaredSize(contentLength: string): bigint {
  const size = BigInt(contentLength);
  if (size < 2n ** 63n) return size;
  throw new FilemillError('FILE_TOO_LARGE', `The file has ${size} bytes, more than any server takes.`);
}

/** What clients send when they know nothing of the content: their default for forms, and for bytes. */
const saysNothing = ['application/octet-stream', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/** Without its parameters. */
export function declaredType(contentType: string): string {
  const type = (contentType.split(';', 1)[0] as string).trim().toLowerCase();
  return saysNothing.includes(type) ? '' : type;
}

/** A quoted string is what the draft of the header has; most clients send the key bare. */
export function idempotencyKey({ 'idempotency-key': key = '' }: IncomingHttpHeaders): string {
  const text = String(key);
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * As 64 hex digits; empty when none was declared. As no content coding is accepted, all three headers are about the
 * same bytes.
 *
 * @throws FilemillError REQUEST_INVALID
 */
function declaredSha256(headers: IncomingHttpHeaders): string {
  const given = ['repr-digest', 'content-digest', 'digest'].flatMap((name) => digestsIn(String(headers[name] ?? '')));
  const distinct = [...new Set(given)];
  if (distinct.length > 1) throw new FilemillError('REQUEST_INVALID', 'The headers declare more than one SHA-256.');
  return distinct[0] ?? '';
}

/** The old header (RFC 3230) has no colons around the value. Digests by other algorithms are not looked at. */
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

/** Kept as they are, such bytes would not be the file. @throws FilemillError REQUEST_INVALID */
export function refuseWhatChangesTheMeaning(headers: IncomingHttpHeaders): void {
  const { 'content-encoding': encoding = 'identity', 'content-range': range } = headers;
  if (encoding.toLowerCase() !== 'identity')
    throw new FilemillError('REQUEST_INVALID', `Send the file itself: Content-Encoding ${encoding} is not accepted.`);
  // RFC 9110, section 14.4: a server that does not know partial PUT must not take the part for the whole.
  if (range !== undefined) throw new FilemillError('REQUEST_INVALID', 'Send the whole file: parts are not accepted.');
}

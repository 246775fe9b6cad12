import type { IncomingHttpHeaders } from 'node:http';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import { AppendChecksum_Algorithm, type AppendChecksumSchema } from '#gen/filemill/v1/upload_service_pb.ts';

/** "The Server MUST support at least the SHA1 checksum algorithm identified by sha1." */
const algorithms = new Map([
  ['sha1', { algorithm: AppendChecksum_Algorithm.SHA1, bytes: 20 }],
  ['sha256', { algorithm: AppendChecksum_Algorithm.SHA256, bytes: 32 }],
]);

export const checksumAlgorithms = [...algorithms.keys()].join(',');

/**
 * The checksum that `Upload-Checksum` declares for this request.
 *
 * @throws FilemillError REQUEST_INVALID: "400 Bad Request if the checksum algorithm is not supported by the server"
 */
export function declaredChecksum({
  'upload-checksum': header,
}: IncomingHttpHeaders): MessageInitShape<typeof AppendChecksumSchema> | undefined {
  if (header === undefined) return undefined;
  // "The Upload-Checksum header MUST consist of the name of the used checksum algorithm and the Base64 encoded checksum
  // separated by a space."
  const [, name = '', base64 = ''] = /^(\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(String(header)) ?? [];
  const known = algorithms.get(name);
  const digest = Buffer.from(base64, 'base64');
  if (known !== undefined && digest.length === known.bytes) return { algorithm: known.algorithm, digest };
  throw new FilemillError(
    'REQUEST_INVALID',
    `Upload-Checksum must be one of ${checksumAlgorithms}, a space, and the checksum in Base64.`,
  );
}

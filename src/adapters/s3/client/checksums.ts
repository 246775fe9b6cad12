import { createHash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';

/**
 * The checksums of a request's bytes. Every server verifies Content-MD5. Newer ones keep the CRC-32C with the object as well; Ceph verifies it only if the algorithm
 * is named too.
 */
export function checksumHeaders(bytes: Uint8Array): Readonly<Record<string, string>> {
  return {
    'content-md5': createHash('md5').update(bytes).digest('base64'),
    'x-amz-sdk-checksum-algorithm': 'CRC32C',
    [crc32cHeader]: crc32cText(bytes),
  };
}

export const crc32cHeader = 'x-amz-checksum-crc32c';

function crc32cText(bytes: Uint8Array): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32c(bytes));
  return sum.toString('base64');
}

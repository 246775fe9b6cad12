import { constants, gunzipSync, inflateSync } from 'node:zlib';
import type { BinarySample } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u32le } from './bytes.ts';
import { among, type Detector, signature, when } from './detector.ts';

const gzip = 'application/gzip';

/** Files that are compressed as a whole. */
export const compression: readonly Detector[] = [
  ...among('\x1f\x8b\x08', gzipType, { detectedBy: 'signature' }),
  ...when('application/x-bzip2', 'BZh', ({ head }) => /^[1-9](?:1AY&SY|\x17rE8P\x90)/.test(latin1(head, 3, 7))),
  ...signature('application/x-xz', '\xfd7zXZ\0'),
  ...signature('application/x-lzip', 'LZIP\0', 'LZIP\x01'),
  ...signature('application/zstd', '\x28\xb5\x2f\xfd'),
  ...when('application/zstd', ['P*M\x18', 'Q*M\x18'], ({ head }) => has(head, 8 + u32le(head, 4), '\x28\xb5\x2f\xfd')),
  ...signature('application/x-lz4', '\x04\x22\x4d\x18', '\x02\x21\x4c\x18'),
  ...signature('application/x-lzop', '\x89LZO\0\r\n\x1a\n'),
  ...when('application/x-compress', '\x1f\x9d', ({ head }) => isBetween(u8(head, 2) & 0x1f, 9, 16)),
  ...when('application/x-pack', '\x1f\x1e', ({ head }) => isBetween(u8(head, 6), 1, 24) && u8(head, 2) === 0),
  ...signature('application/x-snappy-framed', '\xff\x06\0\0sNaPpY'),
  ...signature('application/x-lrzip', 'LRZI'),
  ...signature('application/x-rzip', 'RZIP'),
  ...signature('application/x-mozlz4', 'mozLz40\0'),
  ...when('application/x-lzma', ['\x5d\0\0', '\x6d\0\0'], isLzma),
  ...signature('application/x-ms-compress-szdd', 'SZDD\x88\xf0\x27\x33', 'KWAJ\x88\xf0\x27\xd1'),
  ...when('application/zlib', ['\x78', '\x08', '\x18', '\x28', '\x38', '\x48', '\x58', '\x68'], isZlib),
];

/** Formats that are usually compressed with gzip, by how they begin. The compression itself is then no news. */
const withinGzip: readonly (readonly [pattern: RegExp, mime: string])[] = [
  [/^<\?xml[^>]*>\s*<(?:gnm|gmr):Workbook/, 'application/x-gnumeric'],
  [/^<\?xml[^>]*>\s*<(?:dia:)?diagram/, 'application/x-dia-diagram'],
  [/^(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg/, 'image/svg+xml-compressed'],
  [/^<\?xml[^>]*>\s*<gnc-v2/, 'application/x-gnucash'],
  [/^<\?xml[^>]*>\s*(?:<!DOCTYPE abiword[^>]*>\s*)?<abiword/, 'application/x-abiword'],
  [/^BLENDER/, 'application/x-blender'],
  [/^RD[AX][23]\n/, 'application/x-r-data'],
  [/^[XAB]\n\0\0\0[\x02\x03]\0/, 'application/x-r-data'],
  [/^\x01\0\0\0[\s\S]{36} EMF/, 'image/x-emf-compressed'],
  [/^\xd7\xcd\xc6\x9a/, 'image/x-wmf-compressed'],
];

function gzipType({ head, extension }: BinarySample): string {
  // Who names a file so means the compression; and most that are compressed are of no other interest.
  if (extension === 'gz' || extension === 'tgz') return gzip;
  try {
    // Input of this length cannot expand beyond half a MiB.
    const start = gunzipSync(head.subarray(0, 512), { finishFlush: constants.Z_SYNC_FLUSH }).toString(
      'latin1',
      0,
      1_024,
    );
    return withinGzip.find(([pattern]) => pattern.test(start))?.[1] ?? gzip;
  } catch {
    return gzip;
  }
}

/** LZMA alone: usual properties, a dictionary of a usual size, a length, and a first byte that is always zero. */
function isLzma({ head }: BinarySample): boolean {
  const dictionary = u32le(head, 1);
  const bits = Math.log2(dictionary);
  const isDictionary = Number.isInteger(bits) || Number.isInteger(Math.log2(dictionary / 3));
  const isLength = has(head, 5, '\xff\xff\xff\xff\xff\xff\xff\xff') || (u32le(head, 9) < 64 && u32le(head, 5) > 0);
  return isDictionary && isBetween(bits, 12, 31) && isLength && u8(head, 13) === 0;
}

/** Its two bytes are a number that 31 divides; then the beginning must expand. Source: RFC 1950. */
function isZlib({ head, size }: BinarySample): boolean {
  if (head.length < 8 || head.readUInt16BE(0) % 31 !== 0 || (u8(head, 1) & 0x20) !== 0) return false;
  try {
    const isWhole = size <= 512;
    const start = inflateSync(head.subarray(0, 512), isWhole ? {} : { finishFlush: constants.Z_SYNC_FLUSH });
    return start.length > 0 || isWhole;
  } catch {
    return false;
  }
}

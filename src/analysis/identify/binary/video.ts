import type { BinarySample } from './binary-sample.ts';
import { has, isBetween, u8, u16le, u32be, u32le } from './bytes.ts';
import { among, type Detector, signature, when } from './detector.ts';

/** Films and streams that are in no common container. */
export const video: readonly Detector[] = [
  ...signature('video/x-flv', 'FLV\x01'),
  ...when(
    'application/x-shockwave-flash',
    ['FWS', 'CWS', 'ZWS'],
    ({ head }) => isBetween(u8(head, 3), 1, 60) && u32le(head, 4) > 8,
  ),
  ...signature('application/vnd.rn-realmedia', '.RMF\0', '.RMP\0'),
  ...signature('application/mxf', partitionKey()),
  ...when('video/mpeg', '\0\0\x01\xba', ({ head }) => (u8(head, 4) & 0xf1) === 0x21 || (u8(head, 4) & 0xc4) === 0x44),
  ...when('video/mpeg', '\0\0\x01\xb3', ({ head }) => u8(head, 6) !== 0xff && (u8(head, 7) & 0x0f) > 0),
  ...signature('video/mp4v-es', '\0\0\x01\xb0\x01', '\0\0\x01\xb0\x03', '\0\0\x01\xb0\xf5'),
  ...among(['\0\0\0\x01', '\0\0\x01'], streamType),
  ...signature('video/x-ivf', 'DKIF\0\0'),
  ...signature('video/x-yuv4mpeg', 'YUV4MPEG2 '),
  ...signature('video/vnd.radgamettools.bink', 'BIKb', 'BIKf', 'BIKg', 'BIKh', 'BIKi', 'KB2'),
  ...signature('video/vnd.radgamettools.smacker', 'SMK2', 'SMK4'),
  ...when('video/x-fli', ['\x11\xaf', 4], isAutodeskFilm),
  ...when('video/x-flc', ['\x12\xaf', 4], isAutodeskFilm),
  ...signature('video/x-sgi-movie', 'MOVI'),
  ...signature('video/x-nut', 'nut/multimedia container\0'),
  ...signature('video/x-nsv', 'NSVf', 'NSVs'),
  ...signature('video/x-nuv', 'NuppelVideo\0', 'MythTVVideo\0'),
  ...signature('video/dv', '\x1f\x07\0\x3f', '\x1f\x07\0\xbf'),
  ...signature('video/x-wtv', '\xb7\xd8\0\x20\x37\x49\xda\x11\xa6\x4e\0\x07\xe9\x5e\xad\x8d'),
  ...signature('application/gxf', '\0\0\0\0\x01\xbc'),
  ...signature('video/x-dirac', 'BBCD\0\0\0\0'),
  ...signature('image/x-raw-red', ['RED1', 4], ['RED2', 4]),
  ...signature('video/x-sega-film', 'FILM\0'),
  ...signature('application/x-dvd-ifo', 'DVDVIDEO-VMG', 'DVDVIDEO-VTS'),
];

/** Asked after all that have a signature. */
export const transportStreams: readonly Detector[] = [
  ...when('application/mxf', '', ({ head }) =>
    head.subarray(0, 65_536).includes(Buffer.from(partitionKey(), 'latin1')),
  ),
  ...when('video/mp2t', '', isTransportStream),
];

function partitionKey(): string {
  return '\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02';
}

function isAutodeskFilm({ head, size }: BinarySample): boolean {
  return isBetween(u32le(head, 0), 128, size + 64) && u16le(head, 8) > 0 && u16le(head, 10) > 0;
}

/** H.264 and H.265 as byte streams: a parameter set or delimiter comes first, and another unit follows. */
function streamType({ head }: BinarySample): string | undefined {
  const at = u32be(head, 0) === 1 ? 4 : 3;
  const next = head.subarray(at, 1_024).indexOf('\0\0\x01', 0, 'latin1');
  if (next < 0) return undefined;
  const [first, second] = [u8(head, at), u8(head, at + next + 3)];
  const isUnit = (byte: number) => byte < 0x80 && [1, 5, 6, 7, 8, 9].includes(byte & 0x1f);
  if ([0x67, 0x27, 0x47].includes(first) || (first === 0x09 && (u8(head, at + 1) & 0x1f) === 0x10))
    return isUnit(second) ? 'video/h264' : undefined;
  return [0x40, 0x46].includes(first) && u8(head, at + 1) === 0x01 ? 'video/h265' : undefined;
}

/** Packets of 188 bytes, with four bytes before (Blu-ray) or a checksum of 16 behind each. Source: ISO/IEC 13818-1. */
function isTransportStream({ head, size }: BinarySample): boolean {
  return [
    [0, 188],
    [4, 192],
    [0, 204],
  ].some(([from = 0, length = 188]) => {
    if (size < 2 * length) return false;
    for (let at = from, packets = 0; at < head.length && packets < 16; at += length, packets++)
      if (!has(head, at, 'G') || (u8(head, at + 3) & 0x30) === 0) return false;
    return true;
  });
}

import type { BinarySample } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u16be, u16le, u32be, u32le } from './bytes.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

/** Asked after all that have a signature. */
export const unsignedImages: readonly Detector[] = [
  ...when('application/dicom', ['\x02\0', '\x08\0'], isDicom),
  ...when('image/vnd.wap.wbmp', '\0\0', isWirelessBitmap),
];

/** Raster images. */
export const images: readonly Detector[] = [
  ...among('\x89PNG\r\n\x1a\n', pngType, { detectedBy: 'signature' }),
  ...among(
    '\xff\xd8\xff',
    ({ head }) => (u8(head, 3) === 0xf7 ? 'image/jls' : u8(head, 3) >= 0xc0 ? 'image/jpeg' : undefined),
    { detectedBy: 'signature' },
  ),
  ...signature('image/gif', 'GIF87a', 'GIF89a'),
  ...when('image/bmp', 'BM', isBitmap),
  ...when('image/bmp', 'BA', ({ head }) => has(head, 14, 'BM')),
  ...signature('video/x-mng', '\x8aMNG\r\n\x1a\n'),
  ...signature('image/x-jng', '\x8bJNG\r\n\x1a\n'),
  ...signature('image/vnd.ms-photo', 'II\xbc\x01', 'II\xbc\0'),
  ...when('image/vnd.adobe.photoshop', '8BPS', ({ head }) => isBetween(u16be(head, 4), 1, 2)),
  ...signature('image/x-xcf', 'gimp xcf '),
  ...signature('image/x-dpx', 'SDPX', 'XPDS'),
  ...signature('image/cineon', '\x80\x2a\x5f\xd7'),
  ...signature('image/x-exr', '\x76\x2f\x31\x01'),
  ...signature('image/vnd.radiance', '#?RADIANCE\n', '#?RGBE\n'),
  ...when('image/vnd.zbrush.pcx', '\x0a', isPcx),
  ...signature('image/vnd.zbrush.dcx', '\xb1\x68\xde\x3a'),
  ...when('image/vnd.djvu', 'AT&TFORM', ({ head }) => /^DJV[UMI]|^THUM|^PM44|^BM44/.test(latin1(head, 12, 4))),
  ...signature('image/x-jbig2', '\x97JB2\r\n\x1a\n'),
  ...when('image/qoi', 'qoif', ({ head }) => isBetween(u8(head, 12), 3, 4) && u8(head, 13) <= 1),
  ...signature('image/x-bpg', 'BPG\xfb'),
  ...signature('image/flif', 'FLIF'),
  ...signature('image/x-farbfeld', 'farbfeld'),
  ...among('\0\0\0\x0cjP  \r\n\x87\n', jpeg2000Type),
  ...signature('image/x-jp2-codestream', '\xff\x4f\xff\x51'),
  ...signature('image/jxl', '\0\0\0\x0cJXL \r\n\x87\n'),
  ...when('image/jxl', '\xff\x0a', isJpegXlStream),
  ...signature('image/x-sun-raster', '\x59\xa6\x6a\x95'),
  ...when('image/x-sgi', '\x01\xda', isSgi),
  ...when('image/x-xwindowdump', ['\0\0\0\x07', 4], isWindowDump),
  ...among(['P4', 'P5', 'P6', 'P7', 'PF', 'Pf'], portableMapType),
  ...signature('image/x-miff', 'id=ImageMagick'),
  ...when('image/vnd.ms-dds', 'DDS ', ({ head }) => u32le(head, 4) === 124),
  ...signature('image/ktx', '\xabKTX 11\xbb\r\n\x1a\n'),
  ...signature('image/ktx2', '\xabKTX 20\xbb\r\n\x1a\n'),
  ...signature('image/astc', '\x13\xab\xa1\x5c'),
  ...when('image/icns', 'icns', ({ head, size }) => isBetween(u32be(head, 4), 8, size)),
  ...signature('image/x-photo-cd', ['PCD_IPI', 2_048]),
  ...signature('image/vnd.ms-modi', 'EP*\0'),
  ...signature('image/x-canon-crw', 'II\x1a\0\0\0HEAPCCDR'),
  ...signature('image/x-olympus-orf', 'IIRO\x08\0\0\0', 'IIRS\x08\0\0\0', 'MMOR\0\0\0\x08'),
  ...signature('image/x-panasonic-rw2', 'IIU\0\x18\0\0\0', 'IIU\0\x08\0\0\0'),
  ...signature('image/x-fuji-raf', 'FUJIFILMCCD-RAW '),
  ...signature('image/x-sigma-x3f', 'FOVb'),
  ...signature('image/x-minolta-mrw', '\0MRM'),
  ...signature('application/dicom', ['DICM', 128]),
  ...when('application/vnd.iccprofile', ['acsp', 36], ({ head, size }) => isBetween(u32be(head, 0), 128, size)),
  ...when(
    'application/x-nifti',
    [
      ['n+1\0', 344],
      ['ni1\0', 344],
    ],
    ({ head }) => [u32le(head, 0), u32be(head, 0)].includes(348),
  ),
  ...signature('application/x-nifti', ['n+2\0\r\n\x1a\n', 4]),
  ...signature('application/fits', 'SIMPLE  =                    T'),
  ...signature('image/x-vicar', 'LBLSIZE='),
  ...when('image/x-viff', '\xab\x01', ({ head }) => u8(head, 2) <= 8 && [1, 3].includes(u8(head, 3))),
  ...signature('application/vnd.nitf', 'NITF0', 'NSIF01.00'),
  ...signature('image/x-mrsid-image', 'msid'),
  ...signature('image/x-zeiss-czi', 'ZISRAWFILE'),
  ...signature('application/vnd.erdas.imagine', 'EHFA_HEADER_TAG'),
];

/** Animated when the chunk that says so comes before the pixels. */
function pngType({ head }: BinarySample): string {
  for (let at = 8, chunks = 0; chunks < 64; chunks++) {
    const kind = latin1(head, at + 4, 4);
    if (kind === 'acTL') return 'image/apng';
    if (kind === 'IDAT' || kind.length < 4) break;
    at += 12 + u32be(head, at);
  }
  return 'image/png';
}

/** The lengths of bitmap headers, of Windows and OS/2. */
const bitmapHeaders: readonly number[] = [12, 16, 24, 40, 48, 52, 56, 60, 64, 108, 124];

function isBitmap({ head }: BinarySample): boolean {
  return bitmapHeaders.includes(u32le(head, 14)) && u32le(head, 10) >= 14 + u32le(head, 14);
}

/** Source: "PCX Technical Reference Manual" (ZSoft, 1991). */
function isPcx({ head }: BinarySample): boolean {
  const isHeader = [0, 2, 3, 4, 5].includes(u8(head, 1)) && u8(head, 2) <= 1 && [1, 2, 4, 8].includes(u8(head, 3));
  const isWindow = u16le(head, 4) <= u16le(head, 8) && u16le(head, 6) <= u16le(head, 10);
  return isHeader && isWindow && u8(head, 64) === 0 && isBetween(u8(head, 65), 1, 4) && u16le(head, 66) > 0;
}

function jpeg2000Type({ head }: BinarySample): Answer {
  const types: Readonly<Record<string, string>> = {
    'jp2 ': 'image/jp2',
    'jpx ': 'image/jpx',
    'jpm ': 'image/jpm',
    mjp2: 'video/mj2',
    'jph ': 'image/jph',
  };
  return types[latin1(head, 20, 4)] ?? 'image/jp2';
}

/** A naked codestream has but two bytes as its mark, so other bits of its header must fit: its size is no text. */
function isJpegXlStream({ head, size, extension }: BinarySample): boolean {
  return size > 16 && (extension === 'jxl' || (u8(head, 2) > 0x7e && u8(head, 2) !== 0xff));
}

/** Source: "The SGI Image File Format", version 1.00. */
function isSgi({ head }: BinarySample): boolean {
  return u8(head, 2) <= 1 && isBetween(u8(head, 3), 1, 2) && isBetween(u16be(head, 4), 1, 3) && u16be(head, 6) > 0;
}

function isWindowDump({ head, size }: BinarySample): boolean {
  return (
    isBetween(u32be(head, 0), 100, Math.min(size, 1_024)) && u32be(head, 8) <= 2 && isBetween(u32be(head, 12), 1, 32)
  );
}

const portableMaps: Readonly<Record<string, string>> = {
  P4: 'image/x-portable-bitmap',
  P5: 'image/x-portable-graymap',
  P6: 'image/x-portable-pixmap',
  P7: 'image/x-portable-arbitrarymap',
  PF: 'image/x-portable-floatmap',
  Pf: 'image/x-portable-floatmap',
};

/** Source: manual pages pbm(5) to pam(5) of Netpbm. */
function portableMapType({ head }: BinarySample): Answer {
  const header = /^(P[4-7Ff])\s(?:#[^\n]{0,500}\n|\s){0,50}(?:\d|WIDTH|HEIGHT|DEPTH|MAXVAL|TUPLTYPE)/;
  const [, kind] = header.exec(latin1(head, 0, 2_048)) ?? [];
  return kind === undefined ? undefined : portableMaps[kind];
}

/**
 * Data elements with rising tags, without the preamble that names the format. One of the first holds an identifier that begins
 * with the number of DICOM. Source: PS3.5, 7.1.
 */
function isDicom({ head, size }: BinarySample): boolean {
  if (!/1\.2\.840\.10008|ACR-NEMA/.test(latin1(head, 0, 1_024))) return false;
  let last = 0;
  for (let at = 0, elements = 0; elements < 4 && at < size; elements++) {
    const number = u16le(head, at) * 0x1_0000 + u16le(head, at + 2);
    if (!(number > last) || u16le(head, at) > 0x0040) return false;
    last = number;
    const representation = latin1(head, at + 4, 2);
    const isLong = /^(?:OB|OD|OF|OL|OW|SQ|UC|UN|UR|UT)$/.test(representation);
    const isExplicit = /^[A-Z]{2}$/.test(representation);
    const length = isLong ? u32le(head, at + 8) : isExplicit ? u16le(head, at + 6) : u32le(head, at + 4);
    if (!(length < 1_024) || length % 2 === 1) return false;
    at += (isLong ? 12 : 8) + length;
  }
  return last > 0;
}

/** Type 0, a header, and exactly the pixels of its size, one bit each. Source: WAP-237, 6. */
function isWirelessBitmap({ head, size }: BinarySample): boolean {
  const [width, next] = variableNumber(head, 2);
  const [height, start] = variableNumber(head, next);
  return width > 0 && height > 0 && size === start + Math.ceil(width / 8) * height;
}

/** Seven bits a byte, the highest first; at most three bytes here. */
function variableNumber(head: Buffer, from: number): [value: number, next: number] {
  let value = 0;
  for (let at = from; at < from + 3; at++) {
    const byte = u8(head, at);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + 1];
  }
  return [Number.NaN, from];
}

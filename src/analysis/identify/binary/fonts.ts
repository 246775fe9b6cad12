import { type BinarySample, bytesAt } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u16be, u32be, u32le } from './bytes.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

/** Fonts. */
export const fonts: readonly Detector[] = [
  ...when('font/ttf', ['\0\x01\0\0', 'true', 'typ1'], isTableDirectory),
  ...when('font/otf', 'OTTO', isTableDirectory),
  ...when(
    'font/collection',
    'ttcf',
    ({ head }) => isBetween(u32be(head, 4), 0x1_0000, 0x2_0000) && isBetween(u32be(head, 8), 1, 1_024),
  ),
  ...signature('font/woff', 'wOFF\0\x01\0\0', 'wOFFOTTO', 'wOFFtrue'),
  ...signature('font/woff2', 'wOF2\0\x01\0\0', 'wOF2OTTO', 'wOF2true', 'wOF2ttcf'),
  ...when(
    'application/vnd.ms-fontobject',
    ['LP', 34],
    ({ head, size }) => u32le(head, 0) === size || [0x1_0000, 0x2_0001, 0x2_0002].includes(u32le(head, 8)),
  ),
  ...when('application/x-font-type1', '\x80\x01', ({ head }) => has(head, 6, '%!')),
  ...when(
    'application/x-font-printer-metric',
    '\0\x01',
    ({ head, size }) => u32le(head, 2) === size && /Copyright|\(c\)|^[\x20-\x7e]*\0+/i.test(latin1(head, 6, 60)),
  ),
  ...signature('application/x-font-pcf', '\x01fcp'),
  ...signature('application/x-font-linux-psf', '\x72\xb5\x4a\x86'),
  ...signature('application/x-font-speedo', 'D1.0\r'),
  ...when('application/x-tex-pk', '\xf7\x59', ({ head }) => isPrintableComment(head)),
  ...when('application/x-tex-virtual-font', '\xf7\xca', ({ head }) => isPrintableComment(head)),
  ...when('application/x-tex-tfm', '', isTexMetric),
  ...among('\0\0\x01\0', resourceType),
];

/** Tables within the file, whose names are printable. Source: "The OpenType Font File". */
function isTableDirectory({ head, size }: BinarySample): boolean {
  const tables = u16be(head, 4);
  if (!isBetween(tables, 1, 256)) return false;
  for (let table = 0, at = 12; table < Math.min(tables, 4); table++, at += 16) {
    if (!/^[\x20-\x7e]{4}$/.test(latin1(head, at, 4)) || !(u32be(head, at + 8) < size)) return false;
  }
  return true;
}

/** Fonts of TeX begin with a comment and its length. */
function isPrintableComment(head: Buffer): boolean {
  const length = u8(head, 2);
  return length > 2 && /^[\x20-\x7e]*$/.test(latin1(head, 3, length));
}

/** Its first twelve numbers are lengths that add up. Source: "The TeX Book", appendix F. */
function isTexMetric({ head, size }: BinarySample): boolean {
  const [whole, header, least, most, ...others] = Array.from({ length: 12 }, (_, n) => u16be(head, 2 * n)) as [
    number,
    number,
    number,
    number,
  ];
  if (whole * 4 !== size || header < 2 || most > 255 || least > most + 1) return false;
  return whole === 6 + header + (most - least + 1) + others.reduce((sum: number, length: number) => sum + length, 0);
}

/** The resource fork of a Mac as a file: four lengths and a map. With outlines or bitmaps in it, it is a font suitcase. */
async function resourceType(sample: BinarySample): Promise<Answer> {
  const { head, size } = sample;
  const [data, map, dataLength, mapLength] = [0, 4, 8, 12].map((at) => u32be(head, at)) as [
    number,
    number,
    number,
    number,
  ];
  if (data !== 256 || map !== data + dataLength || map + mapLength > size || mapLength < 30) return undefined;
  const types = latin1(await bytesAt(sample, map + 28, Math.min(mapLength - 28, 256)), 2, 254);
  return /sfnt|FOND|NFNT/.test(types) ? 'application/x-dfont' : 'application/x-apple-rsr';
}

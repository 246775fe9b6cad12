import type { BinarySample } from './binary-sample.ts';
import { isBetween, latin1, u8, u16be, u16le, u32be } from './bytes.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

const pdf = 'application/pdf';
const word = 'application/msword';
const excel = 'application/vnd.ms-excel';
const works = 'application/vnd.ms-works';
const pcl = 'application/vnd.hp-pcl';

/** Documents that are in no container, books, and mail. */
export const documents: readonly Detector[] = [
  ...signature(pdf, '%PDF-', '\xef\xbb\xbf%PDF-'),
  ...when(pdf, '', ({ head }) => /%PDF-\d\.\d/.test(latin1(head, 0, 1_024))),
  ...signature('application/vnd.fdf', '%FDF-'),
  ...signature('application/postscript', '%!PS', '\x04%!PS', '\xc5\xd0\xd3\xc6', '\x1b%-12345X%!PS'),
  ...when('application/postscript', '\x1b%-12345X', ({ head }) => latin1(head, 0, 2_048).includes('\n%!PS')),
  ...signature(pcl, '\x1b%-12345X', '\x1bE\x1b', '\x1bE@PJL', '\x1b@\x1b'),
  ...signature('application/vnd.hp-pclxl', ') HP-PCL XL;'),
  ...signature('application/rtf', '{\\rtf', '\xef\xbb\xbf{\\rtf'),
  ...signature('application/x-dvi', '\xf7\x02\x01\x83\x92\xc0\x1c\x3b'),
  ...among('\xffWPC', perfectType),
  ...among(['\x31\xbe\0\0', '\x32\xbe\0\0'], ({ head }) => (u16le(head, 96) === 0 ? word : 'application/x-mswrite')),
  ...signature(
    word,
    '\xdb\xa5\x2d\0',
    '\x9b\xa5\x21\0',
    '\xdb\xa5\x39\0',
    '\xfe\x37\0\x1c',
    '\xfe\x37\0\x23',
    '\xdc\xa5\x65\0',
    '\xec\xa5\xc1\0',
  ),
  ...when(
    excel,
    [
      '\x09\0\x04\0',
      '\x09\x02\x06\0',
      '\x09\x04\x06\0',
      '\x09\x04\x08\0',
      '\x09\x08\x06\0',
      '\x09\x08\x08\0',
      '\x09\x08\x10\0',
    ],
    isSheet,
  ),
  ...signature(
    works,
    '\xff\0\x02\0\x04\x04\x05\x54\x02\0',
    '\x01\xfe\x32\0',
    '\x01\xfe\x33\0',
    '\x01\xfe\x34\0',
    '\x01\xfe\x35\0',
    '\x20\x54\x02\0\0\0\x05\x54\x02\0',
  ),
  ...signature('application/vnd.lotus-wordpro', 'WordPro'),
  ...signature('application/x-hwp', 'HWP Document File V'),
  ...signature(
    'application/onenote',
    guid('7b5c52e4-d88c-4da7-aeb1-5378d02996d3'),
    guid('43ff2fa1-efd9-4c76-9ee2-10ea5722765f'),
    [guid('109add3f-911b-49f5-a5d0-1791edc8aed8'), 48],
    [guid('638de92f-a6d4-4bc1-9a36-b3fc2511a5b7'), 48],
  ),
  ...signature('application/vnd.framemaker', '<MakerFile ', '<Maker Screen Font '),
  ...signature('application/x-adobe-indesign', '\x06\x06\xed\xf5\xd8\x1d\x46\xe5\xbd\x31\xef\xe7\xfe\x74\xb7\x1d'),
  ...signature('application/vnd.quark.quarkxpress', ['XPR', 4], ['XPRa', 2]),
  ...signature('application/x-appleworks', ['BOBO', 4]),
  ...signature('application/x-ms-reader', 'ITOLITLS'),
  ...signature('application/vnd.ms-htmlhelp', 'ITSF'),
  ...signature('application/winhlp', '?_\x03\0', 'LN\x02\0'),
  ...signature('application/x-sony-bbeb', 'L\0R\0F\0\0\0'),
  ...signature('application/vnd.amazon.ebook', 'CONT\x02\0', '\xeaDRMION\xee'),
  ...among('', palmType),
  ...signature('application/vnd.ms-outlook-pst', '!BDN'),
  ...signature('application/vnd.ms-tnef', '\x78\x9f\x3e\x22'),
  ...signature('application/x-outlook-dbx', '\xcf\xad\x12\xfe'),
  ...signature('application/x-sibelius', '\x0fSIBELIUS'),
  ...signature('application/x-finale', 'ENIGMA BINARY FILE'),
];

/** A GUID as Microsoft stores it: the first three numbers have their lowest byte first. */
function guid(text: string): string {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes.toString('latin1');
}

/** The file type is in the header. Source: "WordPerfect Software Developers Kit", file prefix. */
function perfectType({ head }: BinarySample): string {
  if (u8(head, 9) === 0x16) return 'application/x-wpg';
  return u8(head, 8) === 0x0f || u8(head, 8) === 0x1b
    ? 'application/x-corelpresentations'
    : 'application/vnd.wordperfect';
}

/** A beginning-of-file record with a version and the kind of sheet. Source: [MS-XLS] 2.4.21 and "OpenOffice.org's Documentation of the Excel File Format", 5.8. */
function isSheet({ head }: BinarySample): boolean {
  const isVersion = [0x0000, 0x0002, 0x0007, 0x0200, 0x0300, 0x0400, 0x0500, 0x0600].includes(u16le(head, 4));
  return isVersion && [0x0005, 0x0006, 0x0010, 0x0020, 0x0040, 0x0100].includes(u16le(head, 6));
}

const palmTypes: Readonly<Record<string, string>> = {
  BOOKMOBI: 'application/x-mobipocket-ebook',
  TEXtREAd: 'application/x-aportisdoc',
  PNRdPPrs: 'application/x-ereader',
  DataPlkr: 'application/prs.plucker',
  TEXtTlDc: 'application/x-aportisdoc',
};

/** Databases of Palm: a name, dates, type and creator, and a list of records, the first of which is behind the list. */
function palmType({ head, size, extension }: BinarySample): Answer {
  const type = latin1(head, 60, 8);
  if (!/^[\x20-\x7e]{8}$/.test(type) || u8(head, 31) !== 0) return undefined;
  const known = palmTypes[type];
  // Books of Kindle differ by their name alone.
  if (type === 'BOOKMOBI' && extension.startsWith('azw')) return 'application/vnd.amazon.ebook';
  if (known !== undefined) return known;
  const isResource = (u16be(head, 32) & 1) !== 0;
  const records = u16be(head, 76);
  const first = u32be(head, isResource ? 84 : 78);
  const isName = /^[\x20-\x7e\x80-\xff]{1,31}\0/.test(latin1(head, 0, 32));
  const isList =
    records > 0 && u32be(head, 72) === 0 && isBetween(first, 78 + 8 * records, Math.min(size, 82 + 12 * records));
  return isName && isList ? 'application/vnd.palm' : undefined;
}

import iconv from 'iconv-lite';

/** The code pages of Windows and the Macintosh that the Encoding Standard has, by its labels. */
const labels: Readonly<Record<number, string>> = {
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gb18030',
  949: 'euc-kr',
  950: 'big5',
  1200: 'utf-16le',
  1201: 'utf-16be',
  10000: 'macintosh',
  10001: 'shift_jis',
  10002: 'big5',
  10003: 'euc-kr',
  10007: 'x-mac-cyrillic',
  10008: 'gb18030',
  20866: 'koi8-r',
  20932: 'euc-jp',
  21866: 'koi8-u',
  50220: 'iso-2022-jp',
  50221: 'iso-2022-jp',
  50222: 'iso-2022-jp',
  51932: 'euc-jp',
  51936: 'gb18030',
  51949: 'euc-kr',
  54936: 'gb18030',
  65001: 'utf-8',
  ...Object.fromEntries(Array.from({ length: 9 }, (_, at) => [1250 + at, `windows-${1250 + at}`])),
  ...Object.fromEntries([2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15].map((part) => [28590 + part, `iso-8859-${part}`])),
};

/** The code pages of the Macintosh that only the library has. */
const macintosh: Readonly<Record<number, string>> = {
  10006: 'macgreek',
  10010: 'macromania',
  10017: 'macukraine',
  10021: 'macthai',
  10029: 'maccenteuro',
  10079: 'maciceland',
  10081: 'macturkish',
  10082: 'maccroatian',
};

const decoders = new Map<number, (bytes: Buffer) => string>();

/** The text of bytes in a code page of Windows; of Western European when the code page is not known. */
export function decodeCodePage(bytes: Buffer, codePage: number): string {
  if (codePage !== 1200 && codePage !== 1201 && isAscii(bytes)) return bytes.toString('latin1');
  let decoder = decoders.get(codePage);
  if (decoder === undefined) {
    decoder = decoderOf(codePage);
    decoders.set(codePage, decoder);
  }
  return decoder(bytes);
}

function decoderOf(codePage: number): (bytes: Buffer) => string {
  const label = labels[codePage];
  const name = macintosh[codePage] ?? `cp${codePage}`;
  if (label === undefined && iconv.encodingExists(name)) return (bytes) => iconv.decode(bytes, name);
  const decoder = new TextDecoder(label ?? 'windows-1252', { ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}

function isAscii(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] as number) > 0x7f) return false;
  return true;
}

/** Code pages by the character set of a font. Source: [MS-WMF] 2.1.1.5, and for the Macintosh, RTF 1.9.1. */
const byCharset: Readonly<Record<number, number>> = {
  0: 1252,
  77: 10000,
  78: 10001,
  79: 10003,
  80: 10008,
  81: 10002,
  83: 10005,
  84: 10004,
  85: 10006,
  86: 10081,
  87: 10021,
  88: 10029,
  89: 10007,
  128: 932,
  129: 949,
  130: 1361,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
  254: 437,
  255: 850,
};

/** The code page of a font; undefined when its character set is the default, that of symbols, or not known. */
export function codePageOfCharset(charset: number): number | undefined {
  return byCharset[charset];
}

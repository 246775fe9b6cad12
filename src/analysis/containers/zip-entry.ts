/** A member of a ZIP archive, as its header says. */
export interface ZipEntry {
  /** As written: it may be absolute, have backslashes or `..`, and occur more than once. Directories end with a slash. */
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly compressedSize: number;
  /** Bytes of the content. A header can lie. */
  readonly size: number;
  /** Where the local header is, from the start of the blob. */
  readonly offset: number;
}

/** Fields of a header, which are at other places in a central and in a local one. */
export interface HeaderFields {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
  readonly name: Buffer;
  readonly extra: Buffer;
}

/** In a field of 32 bits: the value is in the ZIP64 extra field. */
export const inZip64 = 0xffff_ffff;

/** Source: APPNOTE 6.3.10 (PKWARE), 4.4 and 4.5.3. */
export function entryOf({ flags, method, crc, name, extra, ...sizes }: HeaderFields): ZipEntry {
  return {
    name: decodeName(name, extra),
    method,
    encrypted: (flags & 1) !== 0,
    crc,
    ...wideSizes(sizes, extra),
  };
}

type Sizes = Pick<ZipEntry, 'compressedSize' | 'size' | 'offset'>;

/** The ZIP64 extra field holds those values alone that do not fit, in a fixed order. */
function wideSizes({ size, compressedSize, offset }: Sizes, extra: Buffer): Sizes {
  const wide = extraField(extra, 0x0001);
  let at = 0;
  const widen = (value: number) => {
    if (value !== inZip64 || wide === undefined || at + 8 > wide.length) return value;
    at += 8;
    return Number(wide.readBigUInt64LE(at - 8));
  };
  return { size: widen(size), compressedSize: widen(compressedSize), offset: widen(offset) };
}

function extraField(extra: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Many writers use UTF-8 without setting the flag for it, so a name that is valid UTF-8 is taken for it; others are code page 437. */
function decodeName(name: Buffer, extra: Buffer): string {
  const ascii = name.toString('latin1');
  if (isAscii(ascii)) return ascii;
  // The Info-ZIP Unicode Path: a version, a checksum, and the name.
  const unicodePath = extraField(extra, 0x7075);
  if (unicodePath !== undefined && unicodePath.length > 5) return unicodePath.toString('utf8', 5);
  try {
    return utf8.decode(name);
  } catch {
    return Array.from(name, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : codePage437[byte - 0x80])).join('');
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

const codePage437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** What a byte can be, as bits. */
export const space = 1;
export const newline = 2;
/** A control character that text files do not hold: C0 but BEL to CR and ESC, and DEL. */
export const oddControl = 32;
export const nul = 64;
export const high = 128;

/** ASCII white space is HT, LF, VT, FF, CR and SP. */
export const byteClass: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => classify(byte));

/**
 * What two neighbouring bytes can be, indexed by them as one little-endian number. The bits from
 * `oddControl` up are those of either byte; below are what the counting needs:
 * bit 0: a word starts here, if a word character came before; bit 1: the same, if white space did;
 * bit 2: ends in white space; bits 3 and 4: the number of newlines.
 */
export const pairClass: Uint8Array = Uint8Array.from({ length: 65_536 }, (_, pair) =>
  classifyPair(pair & 0xff, pair >>> 8),
);

/** Every byte can stand in a text file: no NUL, no odd control. */
export function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => ((byteClass[byte] as number) & (nul | oddControl)) === 0);
}

function classify(byte: number): number {
  if (byte === 0) return nul;
  if (byte >= 0x80) return high;
  if (byte === 0x0a) return space | newline;
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return space;
  const expected = byte > 0x20 || byte === 0x07 || byte === 0x08 || byte === 0x1b;
  return expected && byte !== 0x7f ? 0 : oddControl;
}

function classifyPair(first: number, second: number): number {
  const a = classify(first);
  const b = classify(second);
  const startsInside = a & space & ~b;
  const startsAfterSpace = a & space ? startsInside : 1;
  const newlines = ((a & newline) >> 1) + ((b & newline) >> 1);
  return startsInside | (startsAfterSpace << 1) | ((b & space) << 2) | (newlines << 3) | ((a | b) & ~(space | newline));
}

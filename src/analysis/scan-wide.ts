import { byteClass, newline, space } from './byte-classes.ts';
import type { Tally } from './scan-ascii.ts';
import { isWideSpace } from './white-space.ts';

/**
 * A tally beside that of the same bytes read as 8-bit text. The two readings part at a character beyond
 * ASCII and are in step again behind the next ASCII character.
 */
export interface WideTally extends Tally {
  characters: number;
  /** Words of the 8-bit reading less `words`. */
  extraByteWords: number;
  /** `afterSpace` of the 8-bit reading. */
  byteAfterSpace: number;
}

/** After so many ASCII characters in a row `scanAscii` is faster. */
const longAscii = 16;

/**
 * Counts from `from`, between two characters, up to the first byte that is not part of a plain case, and
 * returns its index. Plain are ASCII in short runs, and complete characters of two or three bytes.
 */
export function scanWide(bytes: Uint8Array, from: number, tally: WideTally): number {
  const end = bytes.length - 2;
  let { words, lines, afterSpace, seen, characters, extraByteWords, byteAfterSpace } = tally;
  let index = from;
  for (let asciiRun = 0; index < end && asciiRun < longAscii; characters++) {
    const byte = bytes[index] as number;
    if (byte < 0x80) {
      const kind = byteClass[byte] as number;
      const starts = afterSpace & ~kind;
      extraByteWords += (byteAfterSpace & ~kind) - starts;
      words += starts;
      lines += (kind & newline) >> 1;
      seen |= kind;
      afterSpace = byteAfterSpace = kind & space;
      asciiRun += 1;
      index += 1;
      continue;
    }
    const codePoint = plainCodePoint(byte, bytes[index + 1] as number, bytes[index + 2] as number);
    if (codePoint < 0) break;
    const isSpace = isWideSpace(codePoint);
    const starts = isSpace ? 0 : afterSpace;
    extraByteWords += byteAfterSpace - starts;
    words += starts;
    byteAfterSpace = 0;
    afterSpace = isSpace ? 1 : 0;
    asciiRun = 0;
    index += codePoint < 0x800 ? 2 : 3;
  }
  tally.words = words;
  tally.lines = lines;
  tally.afterSpace = afterSpace;
  tally.seen = seen;
  tally.characters = characters;
  tally.extraByteWords = extraByteWords;
  tally.byteAfterSpace = byteAfterSpace;
  return index;
}

/** -1 unless well-formed and of two or three bytes; E0 and ED, with bounds of their own, are no plain case. */
function plainCodePoint(first: number, second: number, third: number): number {
  if ((second & 0xc0) !== 0x80 || first < 0xc2) return -1;
  if (first < 0xe0) return ((first & 0x1f) << 6) | (second & 0x3f);
  if (first > 0xef || first === 0xe0 || first === 0xed || (third & 0xc0) !== 0x80) return -1;
  return ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
}

import { notText, type TextCounter, type TextCounts } from './text-counts.ts';

/** Counts UTF-16, with or without a byte order mark. Malformed UTF-16, and any with U+0000, is not text. */
export class Utf16Counter implements TextCounter {
  readonly #charset: 'utf-16le' | 'utf-16be';
  #words = 0;
  #lines = 0;
  #characters = 0;
  #afterSpace = true;
  #wellFormed = true;
  /** The first byte of an incomplete unit, or -1. */
  #half = -1;
  /** A high surrogate without its low one, or 0. */
  #highSurrogate = 0;
  #units = 0;

  constructor(charset: 'utf-16le' | 'utf-16be') {
    this.#charset = charset;
  }

  update(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length && this.#wellFormed; index++) {
      const byte = bytes[index] as number;
      if (this.#half < 0) this.#half = byte;
      else {
        this.#unit(this.#charset === 'utf-16le' ? (byte << 8) | this.#half : (this.#half << 8) | byte);
        this.#half = -1;
      }
    }
  }

  finish(): TextCounts {
    if (!this.#wellFormed || this.#half >= 0 || this.#highSurrogate !== 0) return notText;
    return { charset: this.#charset, words: this.#words, lines: this.#lines, characters: this.#characters };
  }

  #unit(unit: number): void {
    this.#units += 1;
    if (this.#units === 1 && unit === 0xfeff) return;
    const isHigh = unit >= 0xd800 && unit <= 0xdbff;
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (isLow !== (this.#highSurrogate !== 0) || unit === 0) this.#wellFormed = false;
    this.#highSurrogate = isHigh ? unit : 0;
    // There is no white space beyond U+FFFF, so the high surrogate stands for the whole character.
    if (!isLow) this.#character(unit);
  }

  #character(unit: number): void {
    const isSpace = isWhiteSpace(unit);
    this.#characters += 1;
    if (unit === 0x0a) this.#lines += 1;
    if (this.#afterSpace && !isSpace) this.#words += 1;
    this.#afterSpace = isSpace;
  }
}

/** The property White_Space of the Unicode Character Database (PropList.txt, stable since Unicode 6.3). */
export function isWhiteSpace(codePoint: number): boolean {
  if (codePoint < 0x80) return codePoint === 0x20 || (codePoint >= 0x09 && codePoint <= 0x0d);
  if (codePoint < 0x1680) return codePoint === 0x85 || codePoint === 0xa0;
  if (codePoint > 0x3000) return false;
  return (
    (codePoint >= 0x2000 && codePoint <= 0x200a) ||
    codePoint === 0x2028 ||
    codePoint === 0x2029 ||
    codePoint === 0x202f ||
    codePoint === 0x205f ||
    codePoint === 0x3000 ||
    codePoint === 0x1680
  );
}

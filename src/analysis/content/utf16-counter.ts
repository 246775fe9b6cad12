import { notText, type TextCounts } from './text-counts.ts';
import { isWhiteSpace } from './white-space.ts';

/**
 * Counts UTF-16 after its byte order mark, cut anywhere. Bytes that are not well-formed UTF-16, or hold
 * U+0000, are no text.
 */
export class Utf16Counter {
  readonly #charset: 'utf-16le' | 'utf-16be';
  #words = 0;
  #lines = 0;
  #characters = 0;
  #afterSpace = true;
  #wellFormed = true;
  /** The first byte of a unit whose second is still to come, or -1. */
  #half = -1;
  /** A high surrogate waits for its low one. */
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
    if (this.#units === 1) return; // the byte order mark
    const isHigh = unit >= 0xd800 && unit <= 0xdbff;
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (isLow !== (this.#highSurrogate !== 0) || unit === 0) this.#wellFormed = false;
    this.#highSurrogate = isHigh ? unit : 0;
    // No white space lies beyond U+FFFF: the high surrogate stands for the whole character.
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

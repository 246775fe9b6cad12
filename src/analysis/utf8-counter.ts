import { byteClass, nul, oddControl } from './byte-classes.ts';
import { countByte, newTally, scanAscii, toChunk } from './scan-ascii.ts';
import { scanWide, type WideTally } from './scan-wide.ts';
import { isWideSpace } from './white-space.ts';

export interface TextCounts {
  /** null: these bytes are not text. */
  readonly charset: 'us-ascii' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'unknown-8bit' | null;
  readonly words: number;
  readonly lines: number;
  readonly characters: number;
}

export const notText: TextCounts = { charset: null, words: 0, lines: 0, characters: 0 };

const byteOrderMark = 0xfeff;

/**
 * Counts UTF-8 in one pass, cut anywhere. Should the bytes turn out not to be UTF-8, the count goes on
 * as 8-bit text, as if it had been so from the first byte: the difference of the two readings is carried
 * along.
 */
export class Utf8Counter {
  readonly #tally: WideTally = { ...newTally(), characters: 0, extraByteWords: 0, byteAfterSpace: 1 };
  #bytes = 0;
  #ascii = true;
  #valid = true;
  /** A character, or the byte order mark, has been read. */
  #pastFirst = false;
  /** Of the character in hand: bytes still to come, its bits so far, and the bounds of its next byte. */
  #needed = 0;
  #codePoint = 0;
  #lower = 0x80;
  #upper = 0xbf;

  update(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#tally.seen & nul) return;
    const chunk = toChunk(bytes);
    let index = 0;
    while (index < bytes.length) {
      if (!this.#valid) index = this.#scanEightBit(bytes, index);
      else if ((bytes[index] as number) < 0x80 && this.#inStep()) {
        const stopped = scanAscii(chunk, index, this.#tally);
        this.#tally.characters += stopped - index;
        this.#tally.byteAfterSpace = this.#tally.afterSpace;
        this.#pastFirst = true;
        index = stopped;
      } else {
        this.#ascii = false;
        const betweenCharacters = this.#needed === 0 && this.#pastFirst;
        const stopped = betweenCharacters ? scanWide(bytes, index, this.#tally) : index;
        index = stopped > index ? stopped : this.#scanByte(bytes, index);
      }
    }
  }

  finish(): TextCounts {
    if (this.#needed > 0 && this.#valid) this.#fallBack();
    const { words, lines, seen, characters } = this.#tally;
    if (seen & nul) return notText;
    if (this.#valid) return { charset: this.#ascii ? 'us-ascii' : 'utf-8', words, lines, characters };
    if (seen & oddControl) return notText;
    return { charset: 'unknown-8bit', words, lines, characters: this.#bytes };
  }

  /** Between characters, with both readings in the same state. */
  #inStep(): boolean {
    return this.#needed === 0 && this.#tally.byteAfterSpace === this.#tally.afterSpace;
  }

  /** One byte of whatever kind; answers with the index to go on from. */
  #scanByte(bytes: Uint8Array, index: number): number {
    const byte = bytes[index] as number;
    if (this.#needed > 0) {
      if (byte < this.#lower || byte > this.#upper) this.#fallBack();
      else this.#continueCharacter(byte);
    } else if (byte < 0x80) this.#countAscii(byte);
    else if (byte >= 0xc2 && byte <= 0xf4) this.#beginCharacter(byte);
    else this.#fallBack();
    return this.#valid ? index + 1 : index;
  }

  /** Table 3-7 of the Unicode Standard, "Well-Formed UTF-8 Byte Sequences". */
  #beginCharacter(lead: number): void {
    this.#needed = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    this.#codePoint = lead & (0x3f >> this.#needed);
    this.#lower = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    this.#upper = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    this.#tally.extraByteWords += this.#tally.byteAfterSpace;
    this.#tally.byteAfterSpace = 0;
  }

  #continueCharacter(byte: number): void {
    this.#codePoint = (this.#codePoint << 6) | (byte & 0x3f);
    this.#lower = 0x80;
    this.#upper = 0xbf;
    this.#needed -= 1;
    if (this.#needed === 0) this.#endCharacter();
  }

  #endCharacter(): void {
    const isMark = !this.#pastFirst && this.#codePoint === byteOrderMark;
    this.#pastFirst = true;
    if (isMark) return;
    const tally = this.#tally;
    tally.characters += 1;
    if (isWideSpace(this.#codePoint)) tally.afterSpace = 1;
    else {
      tally.words += tally.afterSpace;
      tally.extraByteWords -= tally.afterSpace;
      tally.afterSpace = 0;
    }
  }

  /** An ASCII character after wide white space: in the 8-bit reading it stands inside a word. */
  #countAscii(byte: number): void {
    const before = this.#tally.words;
    countByte(byteClass[byte] as number, this.#tally);
    this.#tally.extraByteWords -= this.#tally.words - before;
    this.#tally.byteAfterSpace = this.#tally.afterSpace;
    this.#tally.characters += 1;
  }

  /** Not UTF-8 after all: takes over the 8-bit reading of everything so far. */
  #fallBack(): void {
    this.#valid = false;
    this.#tally.words += this.#tally.extraByteWords;
    this.#tally.afterSpace = this.#tally.byteAfterSpace;
  }

  #scanEightBit(bytes: Uint8Array, from: number): number {
    for (let index = from; index < bytes.length; index++)
      countByte(byteClass[bytes[index] as number] as number, this.#tally);
    return bytes.length;
  }
}

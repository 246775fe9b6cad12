import { byteClass, nul, oddControl } from './byte-classes.ts';
import { countByte, newTally, scanAscii, toChunk } from './scan-ascii.ts';
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
 * as 8-bit text, as if it had been so from the first byte: the two readings differ only within runs of
 * bytes from 0x80 up, so their difference in words is carried along.
 */
export class Utf8Counter {
  readonly #tally = newTally();
  #bytes = 0;
  #characters = 0;
  #pastFirst = false;
  #ascii = true;
  #valid = true;
  /** Of the 8-bit reading: its words less those of the tally, and its own `afterSpace`. */
  #extraByteWords = 0;
  #byteAfterSpace = 1;
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
      else if (this.#inStep() && (bytes[index] as number) < 0x80) {
        const stopped = scanAscii(chunk, index, this.#tally);
        this.#characters += stopped - index;
        this.#pastFirst = true;
        this.#byteAfterSpace = this.#tally.afterSpace;
        index = stopped;
      } else index = this.#scanWide(bytes, index);
    }
  }

  finish(): TextCounts {
    if (this.#needed > 0 && this.#valid) this.#fallBack();
    const { words, lines, seen } = this.#tally;
    if (seen & nul) return notText;
    if (this.#valid) return { charset: this.#ascii ? 'us-ascii' : 'utf-8', words, lines, characters: this.#characters };
    if (seen & oddControl) return notText;
    return { charset: 'unknown-8bit', words, lines, characters: this.#bytes };
  }

  /** Between characters, with both readings in the same state. */
  #inStep(): boolean {
    return this.#needed === 0 && this.#byteAfterSpace === this.#tally.afterSpace;
  }

  /** Characters beyond ASCII, and the byte after them that brings both readings in step again. */
  #scanWide(bytes: Uint8Array, from: number): number {
    this.#ascii = false;
    for (let index = from; index < bytes.length; index++) {
      const byte = bytes[index] as number;
      if (this.#needed > 0) {
        if (byte < this.#lower || byte > this.#upper) return this.#fallBack(index);
        this.#continueCharacter(byte);
      } else if (byte >= 0x80) {
        if (!this.#beginCharacter(byte)) return this.#fallBack(index);
      } else {
        if (!this.#inStep()) this.#asciiAfterWideSpace(byte);
        else return index;
      }
    }
    return bytes.length;
  }

  /** Table 3-7 of the Unicode Standard, "Well-Formed UTF-8 Byte Sequences". */
  #beginCharacter(lead: number): boolean {
    if (lead < 0xc2 || lead > 0xf4) return false;
    this.#needed = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    this.#codePoint = lead & (0x3f >> this.#needed);
    this.#lower = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    this.#upper = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    this.#extraByteWords += this.#byteAfterSpace;
    this.#byteAfterSpace = 0;
    return true;
  }

  #continueCharacter(byte: number): void {
    this.#codePoint = (this.#codePoint << 6) | (byte & 0x3f);
    this.#lower = 0x80;
    this.#upper = 0xbf;
    this.#needed -= 1;
    if (this.#needed === 0) this.#endCharacter();
  }

  #endCharacter(): void {
    const first = !this.#pastFirst;
    this.#pastFirst = true;
    if (first && this.#codePoint === byteOrderMark) return;
    this.#characters += 1;
    if (isWideSpace(this.#codePoint)) this.#tally.afterSpace = 1;
    else if (this.#tally.afterSpace === 1) {
      this.#tally.afterSpace = 0;
      this.#tally.words += 1;
      this.#extraByteWords -= 1;
    }
  }

  #asciiAfterWideSpace(byte: number): void {
    const before = this.#tally.words;
    countByte(byteClass[byte] as number, this.#tally);
    // In the 8-bit reading this byte stands inside a word, so it starts none.
    this.#extraByteWords -= this.#tally.words - before;
    this.#byteAfterSpace = this.#tally.afterSpace;
    this.#characters += 1;
  }

  /** Not UTF-8 after all: takes over the 8-bit reading of everything before `index`. */
  #fallBack(index = 0): number {
    this.#valid = false;
    this.#tally.words += this.#extraByteWords;
    this.#tally.afterSpace = this.#byteAfterSpace;
    return index;
  }

  #scanEightBit(bytes: Uint8Array, from: number): number {
    for (let index = from; index < bytes.length; index++)
      countByte(byteClass[bytes[index] as number] as number, this.#tally);
    return bytes.length;
  }
}

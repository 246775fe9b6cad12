import { type Decoder, decoderFor } from './charset/decoder.ts';
import { countNuls, isOddControl, isPrintable } from './controls.ts';
import { notText, type TextCounter, type TextCounts } from './text-counts.ts';
import { isWhiteSpace } from './utf16-counter.ts';

/** Text may have one stray control character in so many bytes. */
const bytesPerStray = 500;
/** The character (SUB) with which CP/M and DOS end texts. */
const endOfFile = 0x1a;

/**
 * What the bytes must be for the file to be text: hardly any control characters, no character that is not well-formed nor
 * U+0000, or whatever the charset makes of them.
 */
type Condition = 'few controls' | 'well-formed' | 'any bytes';

/** Counts text that must be decoded to know its white space and characters. */
export class DecodedCounter implements TextCounter {
  readonly #charset: string;
  readonly #decoder: Decoder;
  readonly #condition: Condition;
  #words = 0;
  #lines = 0;
  #characters = 0;
  #afterSpace = true;
  #bytes = 0;
  #strays = 0;

  #isWellFormed = true;

  constructor(charset: string, condition: Condition) {
    this.#charset = charset;
    this.#decoder = decoderFor(charset);
    this.#condition = condition;
  }

  update(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#condition === 'few controls' && !isPrintable(chunk))
      this.#strays +=
        countNuls(chunk) + chunk.reduce((sum, byte) => sum + (isOddControl(byte) && byte !== endOfFile ? 1 : 0), 0);
    this.#count(this.#decoder.decode(chunk, { stream: true }));
  }

  finish(): TextCounts {
    this.#count(this.#decoder.decode(new Uint8Array(), { stream: false }));
    if (this.#strays * bytesPerStray > this.#bytes || !this.#isWellFormed) return notText;
    return { charset: this.#charset, words: this.#words, lines: this.#lines, characters: this.#characters };
  }

  #count(text: string): void {
    if (this.#condition === 'well-formed' && /[\0\ufffd]/.test(text)) this.#isWellFormed = false;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      // TextDecoder drops the byte order mark; other decoders do not.
      if (unit === 0xfeff && this.#characters === 0) continue;
      const isSpace = isWhiteSpace(unit);
      if (this.#afterSpace && !isSpace) this.#words += 1;
      this.#afterSpace = isSpace;
      if (unit === 0x0a) this.#lines += 1;
      // The low half of a pair adds no character.
      if (unit < 0xdc00 || unit > 0xdfff) this.#characters += 1;
    }
  }
}

/** What comes next in an RTF document. The values of the current token are in the lexer itself. */
export type RtfToken = 'open' | 'close' | 'word' | 'symbol' | 'byte' | 'text' | 'end';

const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const maxWord = 32;

/** Cuts RTF into tokens. Source: Rich Text Format Specification 1.9.1. */
export class RtfLexer {
  readonly #bytes: Buffer;
  #at: number;
  /** The letters of a `word`, or the character of a `symbol`. */
  name = '';
  /** The number behind a word, if it has one. */
  value: number | undefined;
  /** The value of a `byte`. */
  byte = 0;
  /** The place of the bytes of a `text`. None of them is a line end. */
  from = 0;
  until = 0;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  next(): RtfToken {
    const bytes = this.#bytes;
    while (bytes[this.#at] === 0x0a || bytes[this.#at] === 0x0d || bytes[this.#at] === 0) this.#at += 1;
    if (this.#at >= bytes.length) return 'end';
    switch (bytes[this.#at]) {
      case openBrace:
        this.#at += 1;
        return 'open';
      case closeBrace:
        this.#at += 1;
        return 'close';
      case backslash:
        this.#at += 1;
        return this.#control();
      default:
        return this.#text();
    }
  }

  /** Goes beyond binary data. */
  skip(length: number): void {
    this.#at = Math.min(this.#at + Math.max(0, length), this.#bytes.length);
  }

  #text(): RtfToken {
    const bytes = this.#bytes;
    this.from = this.#at;
    let at = this.#at;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte < 0x20 && (byte === 0x0a || byte === 0x0d || byte === 0)) break;
      if (byte === backslash || byte === openBrace || byte === closeBrace) break;
    }
    this.until = at;
    this.#at = at;
    return 'text';
  }

  #control(): RtfToken {
    const first = this.#bytes[this.#at];
    if (first === undefined) return 'end';
    if (isLetter(first)) return this.#word();
    this.#at += 1;
    if (first !== 0x27) {
      this.name = String.fromCharCode(first);
      return 'symbol';
    }
    const byte = Number.parseInt(this.#bytes.toString('latin1', this.#at, this.#at + 2), 16);
    if (!Number.isNaN(byte)) this.#at += 2;
    this.byte = Number.isNaN(byte) ? 0x27 : byte;
    return 'byte';
  }

  #word(): RtfToken {
    const bytes = this.#bytes;
    const start = this.#at;
    while (this.#at - start < maxWord && isLetter(bytes[this.#at])) this.#at += 1;
    this.name = bytes.toString('latin1', start, this.#at);
    const negative = bytes[this.#at] === 0x2d && isDigit(bytes[this.#at + 1]);
    if (negative) this.#at += 1;
    this.value = undefined;
    for (let digits = 0; digits < 10 && isDigit(bytes[this.#at]); digits++) {
      this.value = (this.value ?? 0) * 10 + (bytes[this.#at] as number) - 0x30;
      this.#at += 1;
    }
    if (negative && this.value !== undefined) this.value = -this.value;
    if (bytes[this.#at] === 0x20) this.#at += 1;
    return 'word';
  }
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a));
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

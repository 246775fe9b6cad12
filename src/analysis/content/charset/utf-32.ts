/** Decodes UTF-32. What is no code point becomes U+FFFD. */
export class Utf32Decoder {
  readonly #isLittle: boolean;
  #rest = Buffer.alloc(0);

  constructor(charset: 'utf-32le' | 'utf-32be') {
    this.#isLittle = charset === 'utf-32le';
  }

  decode(chunk: Uint8Array, { stream }: { stream: boolean }): string {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const whole = bytes.length - (bytes.length % 4);
    let text = '';
    for (let at = 0; at < whole; at += 4) {
      const codePoint = this.#isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
      const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
      text += codePoint > 0x10ffff || isSurrogate ? '\ufffd' : String.fromCodePoint(codePoint);
    }
    this.#rest = bytes.subarray(whole);
    return stream || this.#rest.length === 0 ? text : `${text}\ufffd`;
  }
}

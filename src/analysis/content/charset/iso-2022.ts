/** What announces each charset of ISO 2022 in seven bits (RFC 1468, 1554, 1557, 1922). */
const announcements: readonly (readonly [sequence: string, charset: string])[] = [
  ['\u001b$)C', 'iso-2022-kr'],
  ['\u001b$)A', 'iso-2022-cn'],
  ['\u001b$)G', 'iso-2022-cn'],
  ['\u001b$@', 'iso-2022-jp'],
  ['\u001b$B', 'iso-2022-jp'],
  ['\u001b$(D', 'iso-2022-jp'],
];

/** The charset of an ASCII text with escape sequences, if they change the charset. */
export function iso2022Charset(head: Uint8Array): string | undefined {
  if (!head.includes(escapeByte)) return undefined;
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  return announcements.find(([announcement]) => text.includes(announcement))?.[1];
}

const escapeByte = 0x1b;
const shiftOut = 0x0e;
const shiftIn = 0x0f;

/**
 * Decodes ISO-2022-KR and the simplified characters of ISO-2022-CN, for which there is no decoder: between SO and SI their
 * bytes are those of EUC without the highest bit.
 */
export class ShiftedDecoder {
  readonly #decoder: TextDecoder;
  #isShifted = false;
  /** Bytes of a sequence that announces the charset, and is no part of the text. */
  #skip = 0;

  constructor(charset: 'euc-kr' | 'gbk') {
    this.#decoder = new TextDecoder(charset);
  }

  decode(bytes: Uint8Array, options: { stream: boolean }): string {
    const plain = new Uint8Array(bytes.length);
    let length = 0;
    for (const byte of bytes) {
      if (this.#skip > 0) this.#skip -= 1;
      else if (byte === escapeByte) this.#skip = 3;
      else if (byte === shiftOut || byte === shiftIn) this.#isShifted = byte === shiftOut;
      else plain[length++] = this.#isShifted && byte > 0x20 ? byte | 0x80 : byte;
    }
    return this.#decoder.decode(plain.subarray(0, length), options);
  }
}

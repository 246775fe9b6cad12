/** Code page 37, from 40 to FF; the other bytes are control characters. Code pages 500 and 1047 have the same letters and digits. */
const printable =
  ' \u00a0âäàáãåçñ¢.<(+|&éêëèíîïìß!$*);¬-/ÂÄÀÁÃÅÇÑ¦,%_>?øÉÊËÈÍÎÏÌ`:#@\'="' +
  'Øabcdefghi«»ðýþ±°jklmnopqrªºæ¸Æ¤µ~stuvwxyz¡¿ÐÝÞ®^£¥·©§¶¼½¾[]¯¨´×' +
  '{ABCDEFGHI\u00adôöòóõ}JKLMNOPQR¹ûüùúÿ\\÷STUVWXYZ²ÔÖÒÓÕ0123456789³ÛÜÙÚ\u009f';

/** The controls that text has: tab, vertical tab, form feed, carriage return, new line and line feed. */
const controls = new Map([
  [0x05, '\t'],
  [0x0b, '\v'],
  [0x0c, '\f'],
  [0x0d, '\r'],
  [0x15, '\n'],
  [0x25, '\n'],
]);

const table = Array.from({ length: 256 }, (_, byte) => controls.get(byte) ?? printable[byte - 0x40] ?? '\ufffd');

export class EbcdicDecoder {
  decode(bytes: Uint8Array): string {
    let text = '';
    for (const byte of bytes) text += table[byte];
    return text;
  }
}

/** Whether almost all bytes are letters, digits, spaces and the marks of sentences in EBCDIC, with as many spaces as text has. */
export function isEbcdic(head: Uint8Array): boolean {
  const sample = head.subarray(0, 4_096);
  if (sample.length < 32) return false;
  let usual = 0;
  let spaces = 0;
  let small = 0;
  for (const byte of sample) {
    const character = table[byte] as string;
    if (character === ' ' || character === '\n') spaces += 1;
    if (/[a-z]/.test(character)) small += 1;
    if (/[A-Za-z\d\s.,;:'"()!?/-]/.test(character)) usual += 1;
  }
  const isText = usual * 20 >= sample.length * 19 && spaces * 20 >= sample.length && spaces * 10 <= sample.length * 9;
  return isText && (small * 3 >= sample.length || spaces * 10 >= sample.length);
}

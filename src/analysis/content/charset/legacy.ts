import { guessCharset } from './chardetng.ts';
import { isCoherent } from './coherence.ts';
import { isCommon, isDoubleByte } from './double-bytes.ts';

/** How many bytes are decoded to judge a guess. */
const sampleBytes = 8_192;

/** What the detector does not know: the charset of old Macs for Latin letters, of which few are beyond ASCII. */
const macintosh = 'macintosh';

/**
 * The charset of a text that is not UTF-8, if its beginning makes sense in it: the name in the Encoding Standard, in lower case.
 */
export function legacyCharset(head: Uint8Array): string | undefined {
  const sample = around(head);
  const guess = guessCharset(head);
  if (isDoubleByte(guess)) return isCommon(guess, sample, decode(guess, sample)) ? nameOf(guess, sample) : undefined;
  const { high, spaces } = measure(sample);
  // A few bytes prove nothing when most of them are beyond ASCII and nothing parts them.
  if (high * 2 > sample.length && (spaces === 0 || sample.length < 16)) return undefined;
  if (isWriting(decode(guess, sample), high)) return nameOf(guess, sample);
  return high * 5 <= sample.length && isWriting(decode(macintosh, sample), high) ? macintosh : undefined;
}

/** Languages with Latin letters have few beyond ASCII. */
function isWriting(decoded: string, high: number): boolean {
  const latin = decoded.match(/[\u0080-\u024f]/g)?.length ?? 0;
  return (latin * 2 < high || latin * 3 <= decoded.length) && isCoherent(decoded);
}

/** The bytes from a little before the first one beyond ASCII. */
function around(head: Uint8Array): Uint8Array {
  const first = head.findIndex((byte) => byte >= 0x80);
  const from = Math.max(0, first - 512);
  return head.subarray(from, from + sampleBytes);
}

function measure(sample: Uint8Array): { high: number; spaces: number } {
  let high = 0;
  let spaces = 0;
  for (const byte of sample) {
    if (byte >= 0x80) high += 1;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d) spaces += 1;
  }
  return { high, spaces };
}

function decode(charset: string, bytes: Uint8Array): string {
  return new TextDecoder(charset).decode(bytes);
}

function nameOf(charset: string, sample: Uint8Array): string {
  if (charset === 'gbk') return 'gb18030';
  // The two differ in letters that only Ukrainian and Belarusian have.
  if (charset === 'koi8-u' && !/[ґєіїў]/i.test(decode(charset, sample))) return 'koi8-r';
  return charset;
}

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
  const stated = statedCharset(head);
  if (stated !== undefined && makesSense(stated, sample)) return nameOf(stated, sample);
  const guess = guessCharset(head);
  if (makesSense(guess, sample)) return nameOf(guess, sample);
  const { high } = measure(sample);
  return high * 5 <= sample.length && makesSense(macintosh, sample) ? macintosh : undefined;
}

/** What an XML declaration, a `meta` element or a field of a mail says, if it is a charset of the Encoding Standard. */
function statedCharset(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, 2_048)).toString('latin1');
  const label = /\b(?:encoding|charset)\s{0,20}=\s{0,20}["']?([\w.:-]{2,40})/i.exec(start)?.[1];
  try {
    const { encoding } = new TextDecoder(label);
    return encoding.startsWith('utf-') ? undefined : encoding;
  } catch {
    return undefined;
  }
}

function makesSense(charset: string, sample: Uint8Array): boolean {
  const decoded = decode(charset, sample);
  if (isDoubleByte(charset)) return isCommon(charset, sample, decoded);
  const { high, spaces } = measure(sample);
  // A few bytes prove nothing when most of them are beyond ASCII and nothing parts them.
  if (high * 2 > sample.length && (spaces === 0 || sample.length < 16)) return false;
  return isWriting(decoded, high);
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
  // Small letters have the same bytes in both, but for the last one of the alphabet.
  if (charset === 'windows-1251' && /^[^я]*[а-ю]Я[^я]*[а-ю]Я[^я]*$/.test(decode(charset, sample)))
    return 'x-mac-cyrillic';
  return charset;
}

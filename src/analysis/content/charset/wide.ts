/** How much of a text without a byte order mark is looked at. */
const maxBytes = 4_096;
const minUnits = 6;

/** UTF-16 or UTF-32 by its byte order mark, or by where its zero bytes are. */
export function wideCharset(head: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be' | undefined {
  const [a, b, c, d] = head;
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && head.length > 4 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (!head.includes(0)) return undefined;
  const sample = Buffer.from(head.subarray(0, Math.min(maxBytes, head.length - (head.length % 4))));
  if (sample.length === 0 && head.length < 2 * minUnits) return undefined;
  if (isText(decodeUtf32(sample, true))) return 'utf-32le';
  if (isText(decodeUtf32(sample, false))) return 'utf-32be';
  const even = Buffer.from(head.subarray(0, Math.min(maxBytes, head.length - (head.length % 2))));
  if (isText(even.toString('utf16le'))) return 'utf-16le';
  return isText(even.swap16().toString('utf16le')) ? 'utf-16be' : undefined;
}

/** '' if it is none. */
function decodeUtf32(bytes: Buffer, isLittle: boolean): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const codePoint = isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    if (codePoint > 0x10ffff) return '';
    text += String.fromCodePoint(codePoint);
  }
  return text;
}

const unusual = /[\p{Cn}\p{Co}\p{Cs}\p{Cc}]/u;

/** Whether these are characters of text, with white space among them, and most of them of ASCII or of one script. */
function isText(decoded: string): boolean {
  // The sample may cut a pair.
  const text = decoded.replace(/[\ud800-\udbff]$/, '');
  if (text.length < minUnits || unusual.test(text.replaceAll(/[\t\n\r\f]/g, ''))) return false;
  const ascii = text.match(/[ -~\t\n\r]/g)?.length ?? 0;
  if (ascii * 2 >= text.length) return true;
  if (!/[ \n\r]/.test(text)) return false;
  return scripts.some((script) => ((text.match(script)?.length ?? 0) + ascii) * 10 >= text.length * 9);
}

const scripts = [
  /\p{Script=Latin}/gu,
  /\p{Script=Cyrillic}/gu,
  /\p{Script=Greek}/gu,
  /\p{Script=Hebrew}/gu,
  /\p{Script=Arabic}/gu,
  /[\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/gu,
  /\p{Script=Hangul}/gu,
];

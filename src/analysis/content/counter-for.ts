import { isUtf8 } from 'node:buffer';
import { isEbcdic } from './charset/ebcdic.ts';
import { iso2022Charset } from './charset/iso-2022.ts';
import { legacyCharset } from './charset/legacy.ts';
import { wideCharset } from './charset/wide.ts';
import { countNuls, isOddControl, isPrintable } from './controls.ts';
import { DecodedCounter } from './decoded-counter.ts';
import type { TextCounter } from './text-counts.ts';
import { Utf8Counter } from './utf8-counter.ts';
import { Utf16Counter } from './utf16-counter.ts';

/** The counter for a file that begins so; undefined if it is not text. The counter may still find that it is none. */
export function counterFor(head: Uint8Array): TextCounter | undefined {
  const wide = wideCharset(head);
  if (wide === 'utf-16le' || wide === 'utf-16be') return new Utf16Counter(wide);
  if (wide !== undefined) return new DecodedCounter(wide, 'well-formed');
  if (isTextLikeBinary(head)) return undefined;
  // NUL may stray into a text, but not into its first words: that is the header of a binary format.
  if (isStoredZlib(head) || head.subarray(0, 64).includes(0)) return undefined;
  const isUnicode = isUtf8(head) || isCutUtf8(head);
  if (!isUnicode && isEbcdic(head)) return new DecodedCounter('ibm037', 'any bytes');
  if (hasManyControls(head.subarray(0, 1_024))) return undefined;
  return isUnicode ? unicodeCounter(head) : legacyCounter(head);
}

/**
 * All bytes of these may be text, but their words would be meaningless: PDF, also behind some junk, `ar` and `cpio` archives,
 * FITS, and transport files of SAS.
 */
function isTextLikeBinary(head: Uint8Array): boolean {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1_024));
  if (textLikeBinaries.some((signature) => signature[0] === start[0] && start.indexOf(signature) === 0)) return true;
  if (start[0] === 0x30 && cpioHeader.test(start.toString('latin1'))) return true;
  return start.includes('%PDF-') && /%PDF-\d\.\d[\s\S]{0,4096}\d obj\b/.test(Buffer.from(head).toString('latin1'));
}

const textLikeBinaries = ['%PDF-', '!<arch>\n', 'SIMPLE  = ', 'HEADER RECORD*******LIB'].map((signature) =>
  Buffer.from(signature),
);
const cpioHeader = /^0707(?:07[0-7]{70}|0[12][\da-f]{104})/i;

/** zlib data that is not compressed: the header, and a block with its length and the complement of it (RFC 1950 and 1951). */
function isStoredZlib(head: Uint8Array): boolean {
  const [method, flags, block = 2, low = 0, high = 0, lowComplement = 0, highComplement = 0] = head;
  if (method !== 0x78 || flags !== 0x01 || block > 1) return false;
  return (low ^ lowComplement) === 0xff && (high ^ highComplement) === 0xff;
}

/** Valid UTF-8 may hold control characters, but bytes that are mostly control characters are not text. */
function hasManyControls(start: Uint8Array): boolean {
  if (isPrintable(start)) return false;
  return start.filter(isOddControl).length * 10 > start.length * 3 || countNuls(start) * 64 > start.length;
}

/** Whether only the end of the head cuts a character in two. */
function isCutUtf8(head: Uint8Array): boolean {
  return [1, 2, 3].some((length) => (head[head.length - length] ?? 0) >= 0xc0 && isUtf8(head.subarray(0, -length)));
}

function unicodeCounter(head: Uint8Array): TextCounter {
  const charset = iso2022Charset(head);
  return charset === undefined ? new Utf8Counter(head) : new DecodedCounter(charset, 'any bytes');
}

function legacyCounter(head: Uint8Array): TextCounter | undefined {
  if (isDamagedUtf8(head)) return new DecodedCounter('utf-8', 'few controls');
  const charset = legacyCharset(head);
  if (charset !== undefined) return new DecodedCounter(charset, 'few controls');
  // Words between bytes of no known charset are still words, and bytes that are no text soon have control characters.
  const high = head.reduce((sum, byte) => sum + (byte >> 7), 0);
  const isLong = head.length >= 64 && isPrintable(head);
  return isLong || high * 3 <= head.length ? new Utf8Counter(head) : undefined;
}

/** Whether most characters beyond ASCII are well-formed UTF-8. */
function isDamagedUtf8(head: Uint8Array): boolean {
  const decoded = new TextDecoder().decode(head);
  const bad = decoded.match(/\ufffd/g)?.length ?? 0;
  const good = decoded.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0;
  return good >= bad * 10;
}

import type { CoreFields, StreamAnalyzer, StreamAnalyzerRun } from '#domain/analysis.ts';
import { isOddControl, isPrintable } from '../content/controls.ts';
import type { TextCounts } from '../content/text-counts.ts';
import { Utf8Counter } from '../content/utf8-counter.ts';
import { Utf16Counter } from '../content/utf16-counter.ts';

/**
 * Words, lines, characters and charset; all null if the file is not text. The whole file decides:
 *
 * - with a UTF-16 byte order mark: text when it is well-formed UTF-16 without U+0000;
 * - otherwise text when it is valid UTF-8 without NUL;
 * - otherwise 8-bit text, if it holds neither NUL nor control characters that text does not use;
 * - never text: a PDF or `ar` archive, and a file whose first KiB has more than 3 control characters in 10.
 *
 * docs/analysis.md defines the counts.
 */
export const text: StreamAnalyzer = {
  name: 'text',
  version: '2',
  needs: [],
  start({ head }) {
    const counter = counterFor(head);
    if (counter === undefined) return binaryRun;
    return {
      update: (chunk) => counter.update(chunk),
      finish: () => fields(counter.finish()),
    };
  },
};

const binaryRun: StreamAnalyzerRun = {
  update() {},
  finish: () => nothing,
};

function counterFor(head: Uint8Array): { update(chunk: Uint8Array): void; finish(): TextCounts } | undefined {
  // FF FE 00 00 is UTF-32; as UTF-16 it would start with U+0000, which the counter refuses.
  if (head[0] === 0xff && head[1] === 0xfe) return new Utf16Counter('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return new Utf16Counter('utf-16be');
  const isKnown = textLikeBinaries.some((signature) => signature.equals(head.subarray(0, signature.length)));
  return isKnown || looksControlled(head) ? undefined : new Utf8Counter(head);
}

/** PDF and `ar` archives: all bytes may be text, but their words would be meaningless. */
const textLikeBinaries = [Buffer.from('%PDF-'), Buffer.from('!<arch>\n')];

/** Valid UTF-8 may hold control characters, but bytes that are mostly control characters are not text. */
function looksControlled(head: Uint8Array): boolean {
  const start = head.subarray(0, 1_024);
  return !isPrintable(start) && start.filter(isOddControl).length * 10 > start.length * 3;
}

function fields({ charset, words, lines, characters }: TextCounts): Partial<CoreFields> {
  return charset === null
    ? nothing
    : { word_count: words, word_count_of: 'text', line_count: lines, character_count: characters, charset };
}

const nothing = { word_count: null, word_count_of: null, line_count: null, character_count: null, charset: null };

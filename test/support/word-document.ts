import { type CompoundFolder, compoundFile } from './compound-file.ts';

interface WordOptions {
  /** Text by story: body, notes, headers, macros, comments, end notes, text boxes, text boxes of headers. */
  readonly stories: readonly string[];
  /** Ranges of all text, in characters, with a property each. */
  readonly properties?: readonly (readonly [from: number, until: number, property: Buffer])[];
  readonly encrypted?: boolean;
  readonly streams?: CompoundFolder;
}

const textStart = 1_024;

/**
 * A document of Word 97, whose text is in pieces of 7 characters, alternately of one byte and of two bytes each (always two if
 * the text needs it), in reverse order in the stream. Source: [MS-DOC].
 */
export function wordDocument({ stories, properties = [], encrypted = false, streams = {} }: WordOptions): Buffer {
  const text = stories.join('');
  const pieces: { text: string; bytes: Buffer; start: number }[] = [];
  for (let at = 0; at < text.length; at += 7) {
    const part = text.slice(at, at + 7);
    const isWide = (at / 7) % 2 === 1 || /[^\0-\x7f]/.test(part);
    pieces.push({ text: part, bytes: Buffer.from(part, isWide ? 'utf16le' : 'latin1'), start: 0 });
  }
  let end = textStart;
  for (const piece of pieces.toReversed()) {
    piece.start = end;
    end += piece.bytes.length + (piece.bytes.length % 2);
  }
  const page = Math.ceil(end / 512);
  const stream = Buffer.alloc((page + 1) * 512);
  stream.writeUInt16LE(0xa5ec, 0);
  stream.writeUInt16LE(0xc1, 2);
  stream.writeUInt16LE(0x1200 | (encrypted ? 0x0100 : 0), 0x0a);
  for (const [index, story] of stories.entries()) stream.writeUInt32LE(story.length, 0x4c + 4 * index);
  for (const { bytes, start } of pieces) bytes.copy(stream, start);

  const list = Buffer.alloc(4 + 12 * pieces.length);
  let character = 0;
  for (const [index, { text, bytes, start }] of pieces.entries()) {
    list.writeUInt32LE(character, 4 * index);
    character += text.length;
    const isWide = bytes.length > text.length;
    list.writeUInt32LE(isWide ? start : 2 * start + 0x4000_0000, 4 * (pieces.length + 1) + 8 * index + 2);
  }
  list.writeUInt32LE(character, 4 * pieces.length);
  const header = Buffer.from([1, 2, 0, 0, 0, 2, 0, 0, 0, 0]);
  header.writeUInt32LE(list.length, 6);
  const pieceTable = Buffer.concat([header, list]);
  stream.writeUInt32LE(0, 0x1a2);
  stream.writeUInt32LE(pieceTable.length, 0x1a6);

  writeProperties(stream.subarray(page * 512), pieces, properties);
  const formatting = Buffer.alloc(12);
  formatting.writeUInt32LE(textStart, 0);
  formatting.writeUInt32LE(end, 4);
  formatting.writeUInt32LE(page, 8);
  stream.writeUInt32LE(pieceTable.length, 0xfa);
  stream.writeUInt32LE(formatting.length, 0xfe);
  return compoundFile({ WordDocument: stream, '1Table': Buffer.concat([pieceTable, formatting]), ...streams });
}

/** Fills the page of the formatting of runs. */
function writeProperties(
  page: Buffer,
  pieces: readonly { text: string; bytes: Buffer; start: number }[],
  properties: Required<WordOptions>['properties'],
): void {
  const runs: { start: number; end: number; property: Buffer }[] = [];
  for (const [from, until, property] of properties) {
    let character = 0;
    for (const { text, bytes, start } of pieces) {
      const width = bytes.length / text.length;
      const [first, last] = [Math.max(from - character, 0), Math.min(until - character, text.length)];
      if (first < last) runs.push({ start: start + first * width, end: start + last * width, property });
      character += text.length;
    }
  }
  runs.sort((a, b) => a.start - b.start);
  const all: typeof runs = [];
  for (const run of runs) {
    const before = all.at(-1)?.end ?? textStart;
    if (before < run.start) all.push({ start: before, end: run.start, property: Buffer.alloc(0) });
    all.push(run);
  }
  let at = 510;
  for (const [index, { start, end, property }] of all.entries()) {
    page.writeUInt32LE(start, 4 * index);
    page.writeUInt32LE(end, 4 * index + 4);
    if (property.length === 0) continue;
    at -= property.length + 1 + ((property.length + 1) % 2);
    page.writeUInt8(property.length, at);
    property.copy(page, at + 1);
    page.writeUInt8(at / 2, 4 * (all.length + 1) + index);
  }
  page.writeUInt8(all.length, 511);
}

interface OldWordOptions {
  readonly stories: readonly string[];
  /** Of Word 2 (45) or Word 6 (101). */
  readonly version: 45 | 101;
  readonly language?: number;
}

/** The stream of a document of Word 2 or 6: 8-bit text without pieces. */
export function oldWordStream({ stories, version, language = 0x409 }: OldWordOptions): Buffer {
  const text = Buffer.from(stories.join(''), 'latin1');
  const stream = Buffer.alloc(textStart + text.length);
  stream.writeUInt16LE(version === 45 ? 0xa5db : 0xa5dc, 0);
  stream.writeUInt16LE(version, 2);
  stream.writeUInt16LE(language, 6);
  stream.writeUInt32LE(textStart, 0x18);
  stream.writeUInt32LE(stream.length, 0x1c);
  for (const [index, story] of stories.entries()) stream.writeUInt32LE(story.length, 0x34 + 4 * index);
  text.copy(stream, textStart);
  return stream;
}

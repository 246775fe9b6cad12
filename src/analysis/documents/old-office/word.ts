import { UnreadableFile } from '#domain/analysis.ts';
import { CompoundFile } from '../../containers/cfb.ts';
import { childOf } from '../../containers/cfb-directory.ts';
import { decodeCodePage } from '../code-pages.ts';
import type { DocumentReader, DocumentSink, DocumentSource } from '../reader.ts';
import { propertiesOf } from './properties.ts';
import { type UnseenRun, unseenRunsOf } from './word-formatting.ts';
import { type Story, type WordHeader, wordHeaderOf } from './word-header.ts';
import { type Piece, piecesOf } from './word-pieces.ts';
import { type Fate, WordText } from './word-text.ts';

const maxStream = 256 * 2 ** 20;

/** Documents of Word 6 to 2003, and those of Word 2, which have no container. */
export const reader: DocumentReader = { types: ['application/msword'], read };

async function read(source: DocumentSource, document: DocumentSink): Promise<void> {
  const start = Buffer.alloc(2);
  await source.blob.read(0, start);
  // Word 1 and 2.
  if (start.readUInt16LE(0) === 0xa59b || start.readUInt16LE(0) === 0xa5db) {
    const stream = await source.bytes();
    giveText(stream, stream, wordHeaderOf(stream), document);
    return;
  }
  const file = await CompoundFile.open(source.blob);
  document.facts(await propertiesOf(file));
  const stream = await streamOf(file, 'WordDocument');
  if (stream === undefined) throw new UnreadableFile('damaged', 'The file has no Word document in it.');
  const header = wordHeaderOf(stream);
  if (header.encrypted) return document.facts({ encrypted: true });
  const tables = header.tables === undefined ? stream : await tablesOf(file, header.tables);
  giveText(stream, tables, header, document);
}

/** Some programs name the wrong one of the two. */
async function tablesOf(file: CompoundFile, name: '0Table' | '1Table'): Promise<Buffer> {
  const tables = (await streamOf(file, name)) ?? (await streamOf(file, name === '0Table' ? '1Table' : '0Table'));
  if (tables === undefined) throw new UnreadableFile('damaged', 'The Word document has no tables.');
  return tables;
}

async function streamOf(file: CompoundFile, name: string): Promise<Buffer | undefined> {
  const entry = childOf(file.root, name);
  return entry === undefined ? undefined : await file.read(entry, maxStream);
}

function giveText(stream: Buffer, tables: Buffer, header: WordHeader, document: DocumentSink): void {
  const runs = header.formatting === undefined ? [] : unseenRunsOf(stream, tables, header.formatting);
  let story: Story | undefined;
  let text: WordText | undefined;
  for (const [of, piece] of piecesByStory(header.stories, piecesOf(header, tables))) {
    if (of !== story) text = of.part === undefined ? undefined : new WordText(document, of.part);
    story = of;
    if (text !== undefined) givePiece(stream, piece, header.codePage, runs, text);
  }
}

/** Without lengths, all text is the body. */
function* piecesByStory(all: readonly Story[], pieces: readonly Piece[]): Iterable<[Story, Piece]> {
  const stories = all.filter(({ length }) => length > 0);
  let story: Story | undefined = stories.shift() ?? { part: 'body', length: Number.POSITIVE_INFINITY };
  let left = story.length;
  for (const { start, characters, width } of pieces)
    for (let from = 0; from < characters && story !== undefined; ) {
      const length = Math.min(left, characters - from);
      yield [story, { start: start + from * width, characters: length, width }];
      from += length;
      left -= length;
      if (left > 0) continue;
      story = stories.shift();
      left = story?.length ?? 0;
    }
}

function givePiece(
  stream: Buffer,
  { start, characters, width }: Piece,
  codePage: number,
  runs: readonly UnseenRun[],
  text: WordText,
): void {
  const end = Math.min(start + characters * width, stream.length);
  const give = (from: number, until: number, fate: Fate) => {
    if (from < until) text.add(decodeCodePage(stream.subarray(from, until), width === 2 ? 1200 : codePage), fate);
  };
  let at = start;
  for (let index = firstRunBehind(runs, start); at < end; index++) {
    const run = runs[index];
    if (run === undefined || run.start >= end) break;
    give(at, run.start, 'shown');
    give(Math.max(at, run.start), Math.min(run.end, end), run.why);
    at = Math.max(at, run.end);
  }
  give(at, end, 'shown');
}

/** The number of the first run that ends behind this byte. */
function firstRunBehind(runs: readonly UnseenRun[], byte: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle] as UnseenRun).end <= byte) low = middle + 1;
    else high = middle;
  }
  return low;
}

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

/** Documents of Word 2 to 2003, of Word for DOS and of Write. */
export const reader: DocumentReader = { types: ['application/msword', 'application/x-mswrite'], read };

/** How documents begin that have no container: those of Word 1 and 2, and streams taken out of one. */
const bareDocuments: readonly number[] = [0xa59b, 0xa5db, 0xa5dc, 0xa5ec];
/** Those of Word for DOS and Write, without and with objects. */
const writeDocuments: readonly number[] = [0xbe31, 0xbe32];
const writeStart = 0x80;
/** Those of Word 4 and 5 for the Macintosh. */
const macintosh = 0x37fe;

async function read(source: DocumentSource, document: DocumentSink): Promise<void> {
  const start = Buffer.alloc(2);
  await source.blob.read(0, start);
  const kind = start.readUInt16LE(0);
  if (bareDocuments.includes(kind)) {
    const stream = await source.bytes();
    giveText(stream, stream, wordHeaderOf(stream), document);
  } else if (writeDocuments.includes(kind)) giveWriting(await source.bytes(), document);
  else if (kind === macintosh)
    throw new UnreadableFile('unsupported', 'Documents of Word for the Macintosh are not read.');
  else await readContained(source, document);
}

async function readContained(source: DocumentSource, document: DocumentSink): Promise<void> {
  const file = await CompoundFile.open(source.blob);
  document.facts(await propertiesOf(file));
  const stream = await streamOf(file, 'WordDocument');
  if (stream === undefined) throw new UnreadableFile('damaged', 'The file has no Word document in it.');
  const header = wordHeaderOf(stream);
  if (header.encrypted) {
    document.facts({ encrypted: true });
    return;
  }
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
    if (of !== story) {
      text?.end();
      text = of.part === undefined ? undefined : new WordText(document, of.part);
    }
    story = of;
    if (text !== undefined) givePiece(stream, piece, header.codePage, runs, text);
  }
  text?.end();
}

/** The text is behind the header, up to where this says. Source: "Windows Write file format" (Microsoft, 1992). */
function giveWriting(bytes: Buffer, document: DocumentSink): void {
  if (bytes.length < writeStart) throw new UnreadableFile('damaged', 'The document ends in its header.');
  const text = new WordText(document, 'body');
  text.add(decodeCodePage(bytes.subarray(writeStart, bytes.readUInt32LE(0x0e)), 1252), 'shown');
  text.end();
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

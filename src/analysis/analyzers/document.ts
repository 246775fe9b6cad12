import { extname } from 'node:path';
import { z } from 'zod';
import {
  type AnalysisOptions,
  type FileAnalyzer,
  type FileContext,
  type FileFindings,
  UnreadableFile,
} from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { BlobBytes } from '../containers/blob-bytes.ts';
import { proseIn, proseSchema } from '../content/prose.ts';
import type { DocumentSource } from '../documents/reader.ts';
import { isDocument, readerOf } from '../documents/readers.ts';
import { TextTally } from '../documents/text-tally.ts';
import { promisedBy } from '../identify/types.ts';

/** The largest document that is read into memory, in bytes. */
const maxBytes = 256 * 2 ** 20;

/** Words of documents, as a reader of the document would count them: docs/analysis.md has the definition. */
export function documentAnalyzer({ keepText }: AnalysisOptions): FileAnalyzer {
  return {
    name: 'document',
    version: '1',
    needs: ['mime'],
    finds: 'text',
    accepts: ({ mime_type }) => isDocument(mime_type),
    expects: promisesDocument,
    unknown: { word_count: null, word_count_of: null },
    schema: z.object({
      lines: z.int().exactOptional(),
      characters: z.int().exactOptional(),
      words_unicode: proseSchema.words_unicode.exactOptional(),
      language: proseSchema.language,
      words_by_part: z.record(z.string(), z.int()).exactOptional(),
      title: z.string().exactOptional(),
      author: z.string().exactOptional(),
      subject: z.string().exactOptional(),
      created: z.string().exactOptional(),
      modified: z.string().exactOptional(),
      pages: z.int().exactOptional(),
      sheets: z.int().exactOptional(),
      slides: z.int().exactOptional(),
      messages: z.int().exactOptional(),
      attachments: z.int().exactOptional(),
      encrypted: z.literal(true).exactOptional(),
      kept_characters: z.int().exactOptional(),
    }),
    analyze: (blob, context) => analyze(blob, context, keepText),
  };
}

/** Subtitles are documents and may be called .txt, but hardly ever are. */
function promisesDocument(filename: string): boolean {
  const promised = promisedBy(extname(filename).slice(1).toLowerCase());
  return promised.some(isDocument) && !promised.includes('text/plain');
}

async function analyze(blob: BlobHandle, { filename, core }: FileContext, keepText: boolean): Promise<FileFindings> {
  const reader = await readerOf(core.mime_type);
  if (reader === undefined) throw new UnreadableFile('unsupported', `There is no reader for ${core.mime_type}.`);
  const tally = new TextTally();
  const source: DocumentSource = { blob, filename, core, bytes: () => wholeOf(blob) };
  await reader.read(source, tally);
  const { words, lines, characters, wordsByPart, found } = tally;
  if (found.encrypted === true && words === 0)
    return { core: { word_count: null, word_count_of: null }, findings: found };
  const prose = await proseIn(() => tally.counted());
  return {
    core: { word_count: words, word_count_of: 'document' },
    findings: { lines, characters, ...prose, words_by_part: wordsByPart, ...found },
    ...(keepText && { text: tally.counted() }),
  };
}

async function wholeOf(blob: BlobHandle): Promise<Buffer> {
  if (blob.size > maxBytes)
    throw new UnreadableFile('too_large', `The document has ${blob.size} bytes; at most ${maxBytes} are read.`);
  return await new BlobBytes(blob).at(0, blob.size);
}

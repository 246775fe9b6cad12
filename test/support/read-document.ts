import type { CoreFields } from '#domain/analysis.ts';
import type { Part } from '../../src/analysis/documents/reader.ts';
import { TextTally } from '../../src/analysis/documents/text-tally.ts';
import { memoryBlob } from './memory-blobs.ts';

/** What a reader gave: the text by part, and the facts. */
export interface ReadDocument {
  readonly parts: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

interface Reader {
  read(source: object, document: object): Promise<void>;
}

/** @param reader a `DocumentReader` */
export async function readDocument(reader: Reader, bytes: Buffer, mime = ''): Promise<ReadDocument> {
  const parts: Record<string, string> = {};
  const facts: Record<string, unknown> = {};
  const sink = {
    text(part: string, piece: string): void {
      parts[part] = (parts[part] ?? '') + piece;
    },
    facts(found: object): void {
      for (const [name, value] of Object.entries(found)) if (value !== '') facts[name] = value;
    },
  };
  const core = { mime_type: mime } as CoreFields;
  await reader.read({ blob: memoryBlob(bytes), filename: 'document', core, bytes: async () => bytes }, sink);
  return { parts, facts };
}

/** The same, with runs of white space as one space, and the number of words of the parts that count. */
export async function readText(reader: Reader, bytes: Buffer, mime = '') {
  const { parts, facts } = await readDocument(reader, bytes, mime);
  const text = Object.fromEntries(
    Object.entries(parts).map(([part, piece]) => [part, piece.replace(/\s+/g, ' ').trim()] as const),
  );
  const tally = new TextTally();
  for (const [part, piece] of Object.entries(parts)) tally.text(part as Part, piece);
  return { text, facts, words: tally.words };
}

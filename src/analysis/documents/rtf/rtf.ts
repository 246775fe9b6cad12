import { UnreadableFile } from '#domain/analysis.ts';
import { countedParts, type DocumentReader, type DocumentSink, otherParts, type Part } from '../reader.ts';
import { RtfInterpreter } from './rtf-interpreter.ts';

const parts: ReadonlySet<string> = new Set([...countedParts, ...otherParts]);
const maxFact = 1_000;

/** Rich Text Format. */
export const reader: DocumentReader = {
  types: ['application/rtf', 'text/rtf'],
  async read(source, document) {
    readRtf(await source.bytes(), document);
  },
};

/** @throws UnreadableFile when it does not begin as RTF, or its groups are too deep */
export function readRtf(bytes: Buffer, document: DocumentSink): void {
  const start = bytes.subarray(0, 1_024).indexOf('{\\rtf');
  if (start < 0) throw new UnreadableFile('damaged', 'The document does not begin as RTF does.');
  const facts: Record<'title' | 'author' | 'subject', string> = { title: '', author: '', subject: '' };
  const interpreter = new RtfInterpreter(bytes, start, (target, piece) => {
    if (parts.has(target)) document.text(target as Part, piece);
    else if (target === 'title' || target === 'author' || target === 'subject')
      facts[target] = (facts[target] + piece).slice(0, maxFact);
  });
  interpreter.run();
  for (const [name, value] of Object.entries(facts)) document.facts({ [name]: value.trim() });
  document.facts(interpreter.facts);
}

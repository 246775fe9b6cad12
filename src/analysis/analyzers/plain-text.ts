import { z } from 'zod';
import type { AnalysisOptions, CoreFields, FileAnalyzer, FileFindings } from '#domain/analysis.ts';
import { BlobBytes } from '../containers/blob-bytes.ts';
import { proseIn, proseSchema } from '../content/prose.ts';
import { decodeText } from '../documents/decoding.ts';
import { isDocument } from '../documents/readers.ts';

/** More than the text that is kept, in bytes. */
const maxBytes = 64 * 2 ** 20;

/**
 * The words and the language of plain text in languages that are written without spaces; for workers that keep texts, of all
 * plain text, and the text of all files that are text and no documents.
 */
export function plainTextAnalyzer({ keepText }: Pick<AnalysisOptions, 'keepText'>): FileAnalyzer {
  return {
    name: 'plain-text',
    version: '1',
    needs: ['mime'],
    finds: 'text',
    accepts: (core) => core.word_count_of === 'text' && !isDocument(core.mime_type) && (keepText || isUnspaced(core)),
    schema: z.object({
      words_unicode: proseSchema.words_unicode.exactOptional(),
      language: proseSchema.language,
      kept_characters: z.int().exactOptional(),
    }),
    async analyze(blob, { core }): Promise<FileFindings> {
      const text = [decodeText(await new BlobBytes(blob).at(0, maxBytes), core.charset)];
      const isProse = core.mime_type === 'text/plain' && core.size <= maxBytes;
      return { findings: isProse ? await proseIn(() => text) : {}, ...(keepText && { text }) };
    },
  };
}

/** In languages that separate words by spaces, words are shorter than this many characters on average, with the spaces. */
const longestWord = 12;

/** Whether white space says little about the words. A second reading costs a small file more than all the rest. */
function isUnspaced({ mime_type, charset, size, word_count, character_count }: CoreFields): boolean {
  if (mime_type !== 'text/plain' || charset === 'us-ascii' || size > maxBytes) return false;
  return (character_count ?? 0) > longestWord * (word_count ?? 0);
}

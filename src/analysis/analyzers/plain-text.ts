import { z } from 'zod';
import type { AnalysisOptions, CoreFields, FileAnalyzer, FileFindings } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { proseIn, proseSchema } from '../content/prose.ts';
import { decodeText } from '../documents/decoding.ts';
import { isDocument } from '../documents/readers.ts';

/** More than the text that is kept, in bytes. */
const maxBytes = 64 * 2 ** 20;

/**
 * The words and the language of plain text, and the text of all files that are text and no documents, for workers that keep
 * texts. ASCII has no language that is written without spaces, so it does not pay for a second reading.
 */
export function plainTextAnalyzer({ keepText }: Pick<AnalysisOptions, 'keepText'>): FileAnalyzer {
  return {
    name: 'plain-text',
    version: '1',
    needs: ['mime'],
    finds: 'text',
    accepts: (core) => core.word_count_of === 'text' && !isDocument(core.mime_type) && (keepText || isForeign(core)),
    schema: z.object({
      words_unicode: proseSchema.words_unicode.exactOptional(),
      language: proseSchema.language,
      kept_characters: z.int().exactOptional(),
    }),
    async analyze(blob, { core }): Promise<FileFindings> {
      const text = [decodeText(await beginningOf(blob), core.charset)];
      return { findings: isForeign(core) ? await proseIn(() => text) : {}, ...(keepText && { text }) };
    },
  };
}

function isForeign({ mime_type, charset, size }: CoreFields): boolean {
  return mime_type === 'text/plain' && charset !== 'us-ascii' && size <= maxBytes;
}

async function beginningOf(blob: BlobHandle): Promise<Uint8Array> {
  const bytes = Buffer.alloc(Math.min(blob.size, maxBytes));
  return bytes.subarray(0, await blob.read(0, bytes));
}

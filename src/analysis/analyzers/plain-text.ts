import { z } from 'zod';
import type { FileAnalyzer, FileFindings } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { decodeText } from '../documents/decoding.ts';
import { isDocument } from '../documents/readers.ts';

/** More than the text that is kept, in bytes. */
const maxBytes = 64 * 2 ** 20;

/** The text of files that are text and no documents, for workers that keep texts. */
export const plainText: FileAnalyzer = {
  name: 'plain-text',
  version: '1',
  needs: ['mime'],
  finds: 'text',
  accepts: ({ mime_type, word_count_of }) => word_count_of === 'text' && !isDocument(mime_type),
  schema: z.object({ kept_characters: z.int().exactOptional() }),
  async analyze(blob, { core: { charset } }): Promise<FileFindings> {
    const bytes = await beginningOf(blob);
    return { findings: {}, text: [decodeText(bytes, charset)] };
  },
};

async function beginningOf(blob: BlobHandle): Promise<Uint8Array> {
  const bytes = Buffer.alloc(Math.min(blob.size, maxBytes));
  return bytes.subarray(0, await blob.read(0, bytes));
}

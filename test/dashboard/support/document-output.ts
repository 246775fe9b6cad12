import pg from 'pg';
import type { Json } from '#contract/schemas.ts';

const long = 'x'.repeat(200);

/** More than is ever found in one file: each kind of finding, long values, and a name from right to left. */
export const documentOutput: Json<'Output'> = {
  schema: 3,
  mime_type: 'application/pdf',
  description: 'PDF document',
  detected_by: 'signature',
  confidence: 'certain',
  candidates: ['application/postscript', `application/x-${long}`].map((mime_type) => ({
    mime_type,
    confidence: 'possible',
  })),
  extension_mismatch: true,
  word_count: 1_234,
  word_count_of: 'document',
  line_count: null,
  character_count: null,
  charset: null,
  sha256: 'ab'.repeat(32),
  size: 123_456,
  findings: {
    text: {
      title: `Bericht ${long}`,
      author: 'آنا',
      language: 'de',
      pages: 12,
      encrypted: true,
      words_by_part: { body: 1_200, footnotes: 34 },
    },
    archive: {
      error: { code: 'timeout', message: 'It took too long.' },
      ...{ entries: 3, directories: 1, total_size: 123_456 },
      largest: [
        { name: `${long}.txt`, size: 100_000 },
        { name: 'تقرير.pdf', size: 1 },
      ],
    },
    image: { width: 4_000, height: 3_000, camera_model: 'Camera', taken: '2026-03-01T10:20:00' },
    media: { duration: 125.5, streams: [{ type: 'audio', codec: 'aac', channels: 2, sample_rate: 44_100 }] },
    hashes: { md5: 'a'.repeat(32), sha512: 'f'.repeat(128) },
    bytes: { entropy: 7.93 },
    later_kind: { flag: true, [long]: long },
  },
  analyzers: { text: '2', mime: '3' },
};

/** As if the analysis had found this. */
export async function replaceOutput(databaseUrl: string, fileId: string, output: object): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('update results set output_data = $2 where file_id = $1', [fileId, output]);
  await client.end();
}

import { extname } from 'node:path';
import { type AnalysisSubject, type Analyzer, headBytes } from '#domain/analysis.ts';
import { detectBinary } from './detect-binary.ts';
import { sniffText } from './sniff/sniff.ts';

/**
 * The MIME type, by content; the extension of the name only decides between readings that the content
 * allows. Judged by the first 64 KiB (of binary files by whatever `file-type` looks at). What is text
 * was decided by the `text` analyser, from the whole file.
 */
export const mime: Analyzer = {
  name: 'mime',
  version: '1',
  start(subject) {
    const head = new Uint8Array(subject.head); // a copy: `slice` of a Buffer would be none
    let bytes = 0;
    return {
      update: (chunk) => {
        bytes += chunk.length;
      },
      finish: async (context) => ({ mime_type: await mimeType(subject, head, bytes, context.charset) }),
    };
  },
};

async function mimeType(
  { path, filename }: AnalysisSubject,
  head: Uint8Array,
  bytes: number,
  charset: unknown,
): Promise<string> {
  if (bytes === 0) return 'inode/x-empty';
  const extension = extname(filename).slice(1).toLowerCase();
  if (typeof charset !== 'string') return await detectBinary({ path, head, whole: bytes <= headBytes, extension });
  return sniffText({ text: decode(head, charset), truncated: bytes > head.length, extension });
}

/** Without the byte order mark, and without a character that the end of the head cut in two. */
function decode(head: Uint8Array, charset: string): string {
  const label = charset === 'unknown-8bit' || charset === 'us-ascii' ? 'latin1' : charset;
  return new TextDecoder(label).decode(head, { stream: true });
}

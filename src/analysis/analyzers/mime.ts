import { extname } from 'node:path';
import type { AnalysisSubject, StreamAnalyzer } from '#domain/analysis.ts';
import { detectBinary } from '../content/binary/detect-binary.ts';
import { sniffText } from '../content/sniff/sniff.ts';

/**
 * The MIME type by content; the extension only decides between readings that the content allows. Text is judged by its first
 * 64 KiB, and a binary file by the parts that `file-type` reads. The `text` analyser has decided which it is.
 */
export const mime: StreamAnalyzer = {
  name: 'mime',
  version: '2',
  needs: ['text'],
  start(subject) {
    const { buffer, byteOffset, length } = subject.head;
    // A string of one character per byte: cheaper to copy than bytes, and already the text if that is ASCII.
    const head = Buffer.from(buffer, byteOffset, length).toString('latin1');
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
  { blob, filename }: AnalysisSubject,
  head: string,
  bytes: number,
  charset: string | null | undefined,
): Promise<string> {
  if (bytes === 0) return 'inode/x-empty';
  const extension = extname(filename).slice(1).toLowerCase();
  if (typeof charset === 'string')
    return sniffText({ text: decode(head, charset), truncated: bytes > head.length, extension });
  return await detectBinary({ blob, head: Buffer.from(head, 'latin1'), size: bytes, extension });
}

/** Drops the byte order mark, and a character that the end of the head cuts in two. */
function decode(head: string, charset: string): string {
  if (charset === 'unknown-8bit' || charset === 'us-ascii') return head;
  return new TextDecoder(charset).decode(Buffer.from(head, 'latin1'), { stream: true });
}

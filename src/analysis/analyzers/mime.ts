import { extname } from 'node:path';
import type { AnalysisSubject, StreamAnalyzer } from '#domain/analysis.ts';
import { detectBinary } from '../content/binary/detect-binary.ts';
import { sniffText } from '../content/sniff/sniff.ts';

/**
 * The MIME type, by content; the extension of the name only decides between readings that the content
 * allows. Judged by the first 64 KiB (of binary files by whatever `file-type` looks at). What is text
 * was decided by the `text` analyser, from the whole file.
 */
export const mime: StreamAnalyzer = {
  name: 'mime',
  version: '2',
  needs: ['text'],
  start(subject) {
    const head = latin1(subject.head);
    let bytes = 0;
    return {
      update: (chunk) => {
        bytes += chunk.length;
      },
      finish: async (context) => ({ mime_type: await mimeType(subject, head, bytes, context.charset) }),
    };
  },
};

/** A character for each byte: a copy that costs less than one of bytes, and is the text already if that is ASCII. */
function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}

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

/** Without the byte order mark, and without a character that the end of the head cut in two. */
function decode(head: string, charset: string): string {
  if (charset === 'unknown-8bit' || charset === 'us-ascii') return head;
  return new TextDecoder(charset).decode(Buffer.from(head, 'latin1'), { stream: true });
}

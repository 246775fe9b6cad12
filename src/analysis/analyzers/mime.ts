import { extname } from 'node:path';
import type { AnalysisSubject, StreamAnalyzer } from '#domain/analysis.ts';
import { decoderFor } from '../content/charset/decoder.ts';
import { identifyBinary } from '../identify/binary/identify-binary.ts';
import type { Found } from '../identify/found.ts';
import { identifyText } from '../identify/text/identify-text.ts';
import { identification } from '../identify/types.ts';

/**
 * What the file is, by content; the extension only decides between readings that the content allows. Text is judged by its
 * first 64 KiB, and a binary file by the parts that the layers read. The `text` analyser has decided which it is.
 */
export const mime: StreamAnalyzer = {
  name: 'mime',
  version: '3',
  needs: ['text'],
  start(subject) {
    const { buffer, byteOffset, length } = subject.head;
    // A string of one character per byte: cheaper to copy than bytes, and already the text if that is ASCII.
    const head = Buffer.from(buffer, byteOffset, length).toString('latin1');
    const extension = extname(subject.filename).slice(1).toLowerCase();
    let bytes = 0;
    return {
      update: (chunk) => {
        bytes += chunk.length;
      },
      finish: async ({ charset }) =>
        identification(await find({ subject, head, bytes, extension, charset: charset ?? null }), extension),
    };
  },
};

interface Seen {
  readonly subject: AnalysisSubject;
  readonly head: string;
  readonly bytes: number;
  readonly extension: string;
  readonly charset: string | null;
}

async function find({ subject, head, bytes, extension, charset }: Seen): Promise<Found> {
  if (bytes === 0) return { mime: 'inode/x-empty', detectedBy: 'structure', confidence: 'certain' };
  const { blob, filename } = subject;
  if (charset !== null)
    return identifyText({ text: decode(head, charset), truncated: bytes > head.length, extension, filename });
  return await identifyBinary({ blob, head: Buffer.from(head, 'latin1'), size: bytes, extension, filename });
}

/** Drops the byte order mark, and a character that the end of the head cuts in two. */
function decode(head: string, charset: string): string {
  if (charset === 'unknown-8bit' || charset === 'us-ascii') return head;
  return decoderFor(charset)
    .decode(Buffer.from(head, 'latin1'), { stream: true })
    .replace(/^\ufeff/, '');
}

import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { UnreadableFile } from '#domain/analysis.ts';
import { bunzip2 } from './bzip2.ts';
import { gunzip } from './gzip.ts';
import { type ArchiveFile, damaged } from './reader.ts';

export type Compression = 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** The content of all members, streams or frames of a compressed file, in pieces. */
export const decompress: Readonly<Record<Compression, (file: ArchiveFile) => AsyncGenerator<Buffer>>> = {
  gzip: gunzip,
  bzip2: bunzip2,
  xz: unxz,
  zstd: unzstd,
};

const pieceSize = 2 ** 18;

async function* unzstd(file: ArchiveFile): AsyncGenerator<Buffer> {
  const zstd = createZstdDecompress({ chunkSize: pieceSize });
  // The error reaches whoever reads `zstd`.
  pipeline(Readable.from(pieces(file)), zstd, () => {});
  try {
    yield* zstd;
  } catch (cause) {
    throw unreadable(cause, (cause as NodeJS.ErrnoException).code === 'ZSTD_error_frameParameter_windowTooLarge');
  }
}

/** Names of the numbers with which the library fails: too large a dictionary, and a filter or check that it does not know. */
const xzUnsupported = /error code [346]$/;

async function* unxz(file: ArchiveFile): AsyncGenerator<Buffer> {
  const { default: xz } = await import('xz-decompress');
  const content = new xz.XzReadableStream(ReadableStream.from(pieces(file))).getReader();
  try {
    for (;;) {
      const { value } = await content.read();
      if (value === undefined) return;
      yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  } catch (cause) {
    throw unreadable(cause, xzUnsupported.test((cause as Error).message));
  } finally {
    // The library fails when it is to stop behind the last byte.
    await content.cancel().catch(() => {});
  }
}

function unreadable(cause: unknown, isUnsupported: boolean): UnreadableFile {
  return isUnsupported
    ? new UnreadableFile('unsupported', 'The data are compressed in a way that is not supported.', { cause })
    : damaged('The compressed data are damaged or cut off.', cause);
}

async function* pieces(file: ArchiveFile): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.size; at += pieceSize) yield await file.upTo(pieceSize, at);
}

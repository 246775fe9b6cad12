import { basename } from 'node:path';
import { UnreadableFile } from '#domain/analysis.ts';
import { StreamCursor } from './cursor.ts';
import { type Compression, decompress } from './decompress.ts';
import { gzipHeader } from './gzip.ts';
import { type ArchiveListing, LimitReached } from './listing.ts';
import type { ArchiveFile, ArchiveReader } from './reader.ts';
import { listTar } from './tar.ts';
import { blockSize, isTarHeader } from './tar-header.ts';
import { xzContentSize } from './xz-index.ts';

/** The most bytes that are decompressed, and the most for each byte of the file, from a size on that can do harm. */
const maxBytes = 2 ** 30;
const maxRatio = 1_000;
const ratioFrom = 64 * 2 ** 20;

/** Lists a compressed tar archive; any other content is one entry. */
export function compressedReader(compression: Compression): ArchiveReader {
  return {
    async list(file, listing) {
      await using content = new StreamCursor(limited(decompress[compression](file), file.size, listing));
      if (isTarHeader(await firstBlock(content, compression))) {
        listing.innerFormat = 'tar';
        await listTar(content, listing);
        return;
      }
      const name = await nameOf(file, compression, listing);
      if (compression === 'xz') listing.add({ name, size: await xzContentSize(file) });
      else await addWhole(content, name, listing);
    },
  };
}

/** Empty if an .xz file uses what its decompressor lacks: its size is known all the same. */
async function firstBlock(content: StreamCursor, compression: Compression): Promise<Buffer> {
  try {
    return await content.peek(blockSize);
  } catch (error) {
    if (compression === 'xz' && error instanceof UnreadableFile && error.code === 'unsupported') return Buffer.alloc(0);
    throw error;
  }
}

async function addWhole(content: StreamCursor, name: string, listing: ArchiveListing): Promise<void> {
  let size = 0;
  try {
    for (let length = -1; length !== 0; size += length) length = (await content.next()).length;
  } catch (error) {
    if (error instanceof LimitReached) listing.add({ name, size });
    throw error;
  }
  listing.add({ name, size });
}

async function nameOf(file: ArchiveFile, compression: Compression, listing: ArchiveListing): Promise<string> {
  const header = compression === 'gzip' ? await gzipHeader(file, 0) : undefined;
  listing.comment = header?.comment ?? '';
  return header?.name || basename(file.filename).replace(/\.(gz|bz2|xz|zst)$/i, '');
}

async function* limited(
  pieces: AsyncIterable<Buffer>,
  packed: number,
  listing: ArchiveListing,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > maxBytes) throw new LimitReached('bytes');
    if (size > ratioFrom && size > packed * maxRatio) throw new LimitReached('ratio');
    listing.checkTime();
    yield piece;
  }
}

import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type ArchiveFile, cutOff, damaged } from './reader.ts';

/** The header of a member of a gzip file. */
export interface GzipHeader {
  readonly length: number;
  /** The name of the file that was compressed. */
  readonly name: string;
  readonly comment: string;
}

/** The longest header that is read, in bytes. */
const maxHeader = 2 ** 18;
const firstPiece = 2 ** 15;
const pieceSize = 2 ** 18;

/**
 * The content of all members of a gzip file, each checked against its checksum. Bytes behind the last member that begin no
 * other are ignored, as gzip does.
 */
export async function* gunzip(file: ArchiveFile): AsyncGenerator<Buffer> {
  let at = 0;
  do {
    const start = at + (await gzipHeader(file, at)).length;
    const inflate = createInflateRaw({ chunkSize: pieceSize });
    // The error reaches whoever reads `inflate`.
    pipeline(Readable.from(pieces(file, start)), inflate, () => {});
    let checksum = 0;
    try {
      for await (const piece of inflate) {
        checksum = crc32(piece, checksum);
        yield piece;
      }
    } catch (cause) {
      throw damaged('The compressed data are damaged or cut off.', cause);
    }
    at = start + inflate.bytesWritten;
    const trailer = await file.exactly(8, at);
    if (trailer.readUInt32LE(0) !== checksum) throw damaged('The checksum of the compressed data is wrong.');
    at += 8;
  } while (isMember(await file.upTo(3, at)));
}

async function* pieces(file: ArchiveFile, from: number): AsyncGenerator<Buffer> {
  // Members may be small and many: each of them costs one small read.
  for (let at = from, length = firstPiece; at < file.size; at += length, length = pieceSize)
    yield await file.upTo(length, at);
}

function isMember(bytes: Buffer): boolean {
  return bytes.length === 3 && bytes.readUIntBE(0, 3) === 0x1f8b08;
}

/** Source: RFC 1952, 2.3. */
export async function gzipHeader(file: ArchiveFile, offset: number): Promise<GzipHeader> {
  const bytes = await file.upTo(maxHeader, offset);
  if (bytes.length < 10) throw cutOff();
  if (!isMember(bytes.subarray(0, 3))) throw damaged('The file has no gzip header.');
  const flags = bytes[3] as number;
  let at = 10;
  if ((flags & 0x04) !== 0) at += 2 + (at + 2 <= bytes.length ? bytes.readUInt16LE(at) : maxHeader);
  const text = () => {
    const end = bytes.indexOf(0, at);
    if (end < 0) throw damaged('The gzip header never ends.');
    const found = bytes.toString('utf8', at, end);
    at = end + 1;
    return found;
  };
  const name = (flags & 0x08) !== 0 ? text() : '';
  const comment = (flags & 0x10) !== 0 ? text() : '';
  if ((flags & 0x02) !== 0) at += 2;
  return { length: at, name, comment };
}

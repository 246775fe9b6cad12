import type { BlobBytes } from './blob-bytes.ts';
import { entryOf, type ZipEntry } from './zip-entry.ts';

/** How far into the blob the first entry is looked for, and how many bytes are searched at once. */
const searchedBytes = 64 * 1024;
const headerLength = 30;

const localSignature = 0x0403_4b50;

/**
 * Lists the entries by their own headers: of an archive without a central directory, such as one that is cut off. Where a
 * header does not say how long the content is, the next signature ends it.
 */
export async function localHeaders(bytes: BlobBytes, maxEntries: number): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  const first = (await bytes.at(0, searchedBytes)).indexOf('PK\x03\x04', 0, 'latin1');
  for (let offset = first; offset >= 0 && entries.length < maxEntries; ) {
    const found = await localHeader(bytes, offset);
    if (found === undefined) break;
    const { entry, dataOffset, isOpen } = found;
    const end = isOpen ? await nextSignature(bytes, dataOffset) : dataOffset + entry.compressedSize;
    entries.push(isOpen ? { ...entry, compressedSize: end - dataOffset } : entry);
    offset = isOpen ? await nextHeader(bytes, end) : end;
  }
  return entries;
}

interface LocalHeader {
  readonly entry: ZipEntry;
  readonly dataOffset: number;
  /** The sizes are behind the content. */
  readonly isOpen: boolean;
}

/** Source: APPNOTE 4.3.7. */
async function localHeader(bytes: BlobBytes, offset: number): Promise<LocalHeader | undefined> {
  const header = await bytes.at(offset, headerLength);
  if (header.length < headerLength || header.readUInt32LE(0) !== localSignature) return undefined;
  const nameLength = header.readUInt16LE(26);
  const extraLength = header.readUInt16LE(28);
  const rest = await bytes.at(offset + headerLength, nameLength + extraLength);
  const flags = header.readUInt16LE(6);
  const compressedSize = header.readUInt32LE(18);
  const entry = entryOf({
    flags,
    method: header.readUInt16LE(8),
    crc: header.readUInt32LE(14),
    compressedSize,
    size: header.readUInt32LE(22),
    offset,
    name: rest.subarray(0, nameLength),
    extra: rest.subarray(nameLength),
  });
  const dataOffset = offset + headerLength + nameLength + extraLength;
  return { entry, dataOffset, isOpen: (flags & 8) !== 0 && compressedSize === 0 };
}

/** Where the content of an entry begins; undefined when there is no header at `entry.offset`. */
export async function contentOffset(bytes: BlobBytes, { offset }: ZipEntry): Promise<number | undefined> {
  const header = await bytes.at(offset, headerLength);
  if (header.length < headerLength || header.readUInt32LE(0) !== localSignature) return undefined;
  return offset + headerLength + header.readUInt16LE(26) + header.readUInt16LE(28);
}

const nextSignatures = ['PK\x07\x08', 'PK\x03\x04', 'PK\x01\x02'];

/** Where the next header or data descriptor begins, or the end of the blob. */
async function nextSignature(bytes: BlobBytes, from: number): Promise<number> {
  for (let offset = from; offset < bytes.size; offset += searchedBytes) {
    // Three more bytes, as a signature may be cut in two.
    const window = await bytes.at(offset, searchedBytes + 3);
    const found = nextSignatures.map((signature) => window.indexOf(signature, 0, 'latin1')).filter((at) => at >= 0);
    if (found.length > 0) return offset + Math.min(...found);
  }
  return bytes.size;
}

/** A data descriptor has 16 bytes, or 24 with ZIP64, and a header follows. */
async function nextHeader(bytes: BlobBytes, end: number): Promise<number> {
  const following = await bytes.at(end, 28);
  for (const length of [0, 16, 24])
    if (following.length >= length + 4 && following.readUInt32LE(length) === localSignature) return end + length;
  return -1;
}

import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobBytes } from './blob-bytes.ts';
import { entryOf, inZip64, type ZipEntry } from './zip-entry.ts';

/** How far from the end of the blob the end record may begin: its own length, the longest comment, and some junk. */
const searchedBytes = 128 * 1024;
/** The largest central directory that is read, in bytes. */
const maxDirectoryBytes = 64 * 2 ** 20;

const endLength = 22;
const headerLength = 46;
const headerSignature = 0x0201_4b50;

/** What the central directory lists. `total` may be larger than the number of entries, which is limited. */
export interface ZipListing {
  readonly entries: readonly ZipEntry[];
  readonly total: number;
  /** Bytes before the archive, such as the program of a self-extracting one. */
  readonly start: number;
}

/** Reads the list at the end of the archive; undefined when there is none. */
export async function centralDirectory(bytes: BlobBytes, maxEntries: number): Promise<ZipListing | undefined> {
  const tailOffset = Math.max(0, bytes.size - searchedBytes);
  const tail = await bytes.at(tailOffset, searchedBytes);
  // A comment may hold the signature, and junk may follow: the last record that leads to a directory counts.
  for (let at = tail.length; at > 0; ) {
    at = tail.lastIndexOf('PK\x05\x06', at - 1, 'latin1');
    if (at < 0) return undefined;
    if (at + endLength > tail.length) continue;
    const place = (await zip64Place(bytes, tail, tailOffset, at)) ?? {
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
      end: tailOffset + at,
    };
    const listing = await listingAt(bytes, place, maxEntries);
    if (listing !== undefined) return listing;
    if (isEmptyArchive(tail, at)) return { entries: [], total: 0, start: tailOffset + at };
  }
  return undefined;
}

/** No entries and no directory: other numbers than zero would be damage. */
function isEmptyArchive(tail: Buffer, at: number): boolean {
  return tail.readUInt16LE(at + 10) === 0 && tail.readUInt32LE(at + 12) === 0 && at + endLength === tail.length;
}

interface Place {
  readonly size: number;
  readonly offset: number;
  /** Where the end record is, right behind the directory. */
  readonly end: number;
}

/** Source: APPNOTE 4.3.14 and 4.3.15. */
async function zip64Place(bytes: BlobBytes, tail: Buffer, tailOffset: number, at: number): Promise<Place | undefined> {
  const isWide = tail.readUInt32LE(at + 12) === inZip64 || tail.readUInt32LE(at + 16) === inZip64;
  const locator = at - 20;
  if ((!isWide && tail.readUInt16LE(at + 10) !== 0xffff) || locator < 0) return undefined;
  if (tail.readUInt32LE(locator) !== 0x0706_4b50) return undefined;
  const declared = Number(tail.readBigUInt64LE(locator + 8));
  // Where bytes were put before the archive, the record is not at its offset, but it is 56 bytes before the locator.
  for (const end of [declared, tailOffset + locator - 56]) {
    const record = await bytes.at(end, 56);
    if (record.length < 56 || record.readUInt32LE(0) !== 0x0606_4b50) continue;
    return { size: Number(record.readBigUInt64LE(40)), offset: Number(record.readBigUInt64LE(48)), end };
  }
  return undefined;
}

/** The directory is at its offset or, where bytes were put before the archive, right before the end record. */
async function listingAt(bytes: BlobBytes, place: Place, maxEntries: number): Promise<ZipListing | undefined> {
  for (const at of new Set([place.offset, place.end - place.size])) {
    if (at < 0 || at + headerLength > place.end) continue;
    if ((await bytes.at(at, 4)).compare(signatureBytes) !== 0) continue;
    const length = place.end - at;
    if (length > maxDirectoryBytes)
      throw new UnreadableFile('too_large', `The directory of the archive has ${length} bytes.`);
    return parseDirectory(await bytes.at(at, length), maxEntries, at - place.offset);
  }
  return undefined;
}

const signatureBytes = Buffer.from('PK\x01\x02', 'latin1');

/** Numbers of entries overflow in old archives, so the headers themselves decide where the directory ends. */
function parseDirectory(directory: Buffer, maxEntries: number, start: number): ZipListing {
  const entries: ZipEntry[] = [];
  let total = 0;
  for (let at = 0; at + headerLength <= directory.length && directory.readUInt32LE(at) === headerSignature; total++) {
    const extraAt = at + headerLength + directory.readUInt16LE(at + 28);
    const commentAt = extraAt + directory.readUInt16LE(at + 30);
    if (total < maxEntries) {
      const entry = entryOf({
        flags: directory.readUInt16LE(at + 8),
        method: directory.readUInt16LE(at + 10),
        crc: directory.readUInt32LE(at + 16),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
        name: directory.subarray(at + headerLength, extraAt),
        extra: directory.subarray(extraAt, commentAt),
      });
      entries.push(start === 0 ? entry : { ...entry, offset: entry.offset + start });
    }
    at = commentAt + directory.readUInt16LE(at + 32);
  }
  return { entries, total, start };
}

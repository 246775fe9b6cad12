import { crc32c } from '@node-rs/crc32';
import type { SmallBlob } from '#platform/small-staged-blob.ts';
import type { SegmentKey } from '../layout.ts';

/**
 * A segment is a directory followed by contents; numbers are little-endian.
 *
 *     head        8 bytes "FMS3SEG1" · 4 bytes number of blobs · 4 bytes CRC32C of the entries
 *     entry       16 bytes the blob's id · 4 bytes offset of the content · 4 bytes its length · 4 bytes its CRC32C
 *     contents    in the order of the entries
 *
 * A segment is stored at once and never changes. The directory of the largest one fits into `directoryBytes`, so that upkeep
 * reads no contents.
 */
const magic = Buffer.from('FMS3SEG1');
const headBytes = 16;
const entryBytes = 28;

export const directoryBytes = 64 * 1024;
export const maxSegmentBlobs = Math.floor((directoryBytes - headBytes) / entryBytes);
/** Readers fetch a whole segment. A larger blob is alone in its own. */
export const maxSegmentBytes = 4 * 1024 * 1024;

export interface SegmentEntry extends Omit<SegmentKey, 'segment'> {
  readonly id: string;
}

/** Splits blobs into those that share a segment, in order. */
export function segmentsOf(blobs: readonly SmallBlob[]): readonly (readonly SmallBlob[])[] {
  const segments: SmallBlob[][] = [];
  let bytes = 0;
  for (const blob of blobs) {
    const current = segments.at(-1);
    bytes += blob.length;
    if (current !== undefined && current.length < maxSegmentBlobs && bytes <= maxSegmentBytes) current.push(blob);
    else {
      segments.push([blob]);
      bytes = blob.length;
    }
  }
  return segments;
}

/** The bytes of a segment, and its entries in the order of the blobs. */
export function packSegment(blobs: readonly SmallBlob[]): { readonly bytes: Buffer; readonly entries: SegmentEntry[] } {
  const contentsAt = headBytes + blobs.length * entryBytes;
  const bytes = Buffer.allocUnsafe(blobs.reduce((sum, { length }) => sum + length, contentsAt));
  let offset = contentsAt;
  const entries = blobs.map(({ id, chunks, length }, n) => {
    let at = offset;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    const entry = { id, offset, length, crc32c: crc32c(bytes.subarray(offset, at)) };
    writeEntry(bytes, headBytes + n * entryBytes, entry);
    offset = at;
    return entry;
  });
  magic.copy(bytes);
  bytes.writeUInt32LE(blobs.length, 8);
  bytes.writeUInt32LE(crc32c(bytes.subarray(headBytes, contentsAt)), 12);
  return { bytes, entries };
}

/** The directory of a segment, from its first `directoryBytes`. Undefined if they are damaged. */
export function readDirectory(bytes: Buffer): readonly SegmentEntry[] | undefined {
  if (bytes.length < headBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const end = headBytes + bytes.readUInt32LE(8) * entryBytes;
  if (end > bytes.length || crc32c(bytes.subarray(headBytes, end)) !== bytes.readUInt32LE(12)) return undefined;
  const entries: SegmentEntry[] = [];
  for (let at = headBytes; at < end; at += entryBytes) entries.push(readEntry(bytes, at));
  return entries;
}

function writeEntry(into: Buffer, at: number, { id, offset, length, crc32c }: SegmentEntry): void {
  into.write(id.replaceAll('-', ''), at, 'hex');
  into.writeUInt32LE(offset, at + 16);
  into.writeUInt32LE(length, at + 20);
  into.writeUInt32LE(crc32c, at + 24);
}

function readEntry(bytes: Buffer, at: number): SegmentEntry {
  const hex = bytes.toString('hex', at, at + 16);
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  const [offset, length, sum] = [at + 16, at + 20, at + 24].map((place) => bytes.readUInt32LE(place));
  return { id, offset: offset ?? 0, length: length ?? 0, crc32c: sum ?? 0 };
}

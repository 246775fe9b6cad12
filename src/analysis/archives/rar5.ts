import { crc32 } from 'node:zlib';
import { checkedSize, FieldReader } from './field-reader.ts';
import type { ArchiveListing } from './listing.ts';
import { type ArchiveFile, damaged } from './reader.ts';

/** Types of blocks. */
const file = 2;
const encryption = 4;
const end = 5;
/** The longest header of the format, in bytes. */
const maxHeader = 2 ** 21;

/**
 * Lists a RAR archive of version 5: blocks, each with a checksum, a header and data.
 *
 * Source: "RAR 5.0 archive format", rarlab.com/technote.htm.
 */
export async function listRar5(archive: ArchiveFile, start: number, listing: ArchiveListing): Promise<void> {
  for (let at = start; at < archive.size; ) {
    listing.checkTime();
    const block = await blockAt(archive, at);
    if (block.type === end) return;
    if (block.type === encryption) {
      listing.isHidden = true;
      return;
    }
    if (block.type === file) addFile(block, listing);
    at = block.dataAt + block.dataSize;
    if (at > archive.size) throw damaged('The archive is cut off.');
  }
}

interface Block {
  readonly type: number;
  readonly flags: number;
  /** Behind the fields that all headers have. */
  readonly fields: FieldReader;
  readonly extra: FieldReader;
  readonly dataAt: number;
  readonly dataSize: number;
}

async function blockAt(archive: ArchiveFile, at: number): Promise<Block> {
  const start = new FieldReader(await archive.upTo(7, at));
  const checksum = start.u32();
  const size = varint(start);
  if (size > maxHeader) throw damaged('A header of the archive is too long.');
  const headerEnd = start.position + size;
  const header = await archive.exactly(headerEnd, at);
  if (crc32(header.subarray(4)) !== checksum) throw damaged('A header of the archive is damaged.');
  const fields = new FieldReader(header, start.position);
  const [type, flags] = [varint(fields), varint(fields)];
  const extraSize = (flags & 1) !== 0 ? varint(fields) : 0;
  const dataSize = (flags & 2) !== 0 ? varint(fields) : 0;
  const extra = new FieldReader(header, Math.max(fields.position, headerEnd - extraSize));
  return { type, flags, fields, extra, dataAt: at + headerEnd, dataSize };
}

const splitBefore = 8;
const isDirectory = 1;
const hasTime = 2;
const hasChecksum = 4;
const sizeUnknown = 8;

function addFile({ flags: blockFlags, fields, extra, dataSize }: Block, listing: ArchiveListing): void {
  const flags = varint(fields);
  const size = varint(fields);
  varint(fields);
  fields.skip(((flags & hasTime) !== 0 ? 4 : 0) + ((flags & hasChecksum) !== 0 ? 4 : 0));
  varint(fields);
  varint(fields);
  const name = fields.take(varint(fields)).toString();
  // The earlier volume has counted it.
  if ((blockFlags & splitBefore) !== 0) return;
  listing.add({
    name,
    size: (flags & sizeUnknown) !== 0 ? 0 : size,
    packedSize: dataSize,
    isDirectory: (flags & isDirectory) !== 0,
    isEncrypted: hasRecord(extra, 1),
  });
}

/** Whether the extra area has a record of this type; 1 describes an encryption. */
function hasRecord(extra: FieldReader, wanted: number): boolean {
  while (extra.left > 0) {
    const size = varint(extra);
    const next = extra.position + size;
    if (size > 0 && varint(extra) === wanted) return true;
    if (next > extra.bytes.length) return false;
    extra.position = next;
  }
  return false;
}

/** A number of 7 bits a byte, the lowest first. */
function varint(fields: FieldReader): number {
  let value = 0;
  for (let factor = 1; factor <= 2 ** 63; factor *= 128) {
    const byte = fields.u8();
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return checkedSize(value);
  }
  throw damaged('A number of the archive never ends.');
}

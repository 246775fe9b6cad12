import { crc32 } from 'node:zlib';
import { FieldReader } from './field-reader.ts';
import type { ArchiveListing } from './listing.ts';
import { type ArchiveFile, cutOff, damaged } from './reader.ts';

/** Types of blocks. */
const main = 0x73;
const file = 0x74;
const end = 0x7b;
/** Those of blocks whose header begins with the size of data. */
const withData = [file, 0x7a];

/**
 * Lists a RAR archive of versions 1.5 to 4: blocks, each with a checksum, a header and data.
 *
 * Source: "RAR version 3.93 - Technical information" (technote.txt).
 */
export async function listRar4(archive: ArchiveFile, start: number, listing: ArchiveListing): Promise<void> {
  for (let at = start; at < archive.size; ) {
    listing.checkTime();
    const { type, flags, header } = await blockAt(archive, at);
    if (type === end) return;
    if (type === main && (flags & 0x80) !== 0) {
      listing.isHidden = true;
      return;
    }
    const hasData = withData.includes(type) || (flags & 0x8000) !== 0;
    const dataSize = hasData ? dataSizeOf(header, type, flags) : 0;
    if (type === file) addFile(header, flags, { dataSize, listing });
    at += header.length + dataSize;
    if (at > archive.size) throw cutOff();
  }
}

async function blockAt(archive: ArchiveFile, at: number) {
  const fields = new FieldReader(await archive.exactly(7, at));
  const [checksum, type, flags, size] = [fields.u16(), fields.u8(), fields.u16(), fields.u16()];
  if (size < 7) throw damaged('A header of the archive is damaged.');
  const header = await archive.exactly(size, at);
  const isChecked = type === main || type === file;
  if (isChecked && (crc32(header.subarray(2)) & 0xffff) !== checksum)
    throw damaged('A header of the archive is damaged.');
  return { type, flags, header };
}

const isLarge = 0x100;

function dataSizeOf(header: Buffer, type: number, flags: number): number {
  const fields = new FieldReader(header, 7);
  const low = fields.u32();
  if (!withData.includes(type) || (flags & isLarge) === 0) return low;
  fields.skip(21);
  return low + fields.u32() * 2 ** 32;
}

interface Found {
  readonly dataSize: number;
  readonly listing: ArchiveListing;
}

function addFile(header: Buffer, flags: number, { dataSize, listing }: Found): void {
  const fields = new FieldReader(header, 11);
  const low = fields.u32();
  fields.skip(11);
  const nameLength = fields.u16();
  fields.skip(4);
  let high = 0;
  if ((flags & isLarge) !== 0) {
    fields.skip(4);
    high = fields.u32();
  }
  const name = fields.take(nameLength);
  // A file that continues from an earlier volume was counted there.
  if ((flags & 1) !== 0) return;
  listing.add({
    name: (flags & 0x200) !== 0 ? unicodeName(name) : name.toString(),
    size: high + low === 2 * 0xffff_ffff ? 0 : low + high * 2 ** 32,
    packedSize: dataSize,
    isDirectory: (flags & 0xe0) === 0xe0,
    isEncrypted: (flags & 4) !== 0,
  });
}

/** A name in an old charset, a zero byte, and how its UTF-16 differs; or UTF-8 alone. */
function unicodeName(field: Buffer): string {
  const zero = field.indexOf(0);
  if (zero < 0) return field.toString();
  const plain = field.subarray(0, zero);
  const units: number[] = [];
  const coded = new FieldReader(field, zero + 1);
  const high = (coded.left > 0 ? coded.u8() : 0) << 8;
  for (let flags = 0, bits = 0; coded.left > 0; bits -= 2) {
    if (bits === 0) [flags, bits] = [coded.u8(), 8];
    if (coded.left > 0)
      units.push(...nextUnits(coded, { kind: (flags >> (bits - 2)) & 3, high, plain, at: units.length }));
  }
  return String.fromCharCode(...units);
}

interface NameState {
  readonly kind: number;
  readonly high: number;
  readonly plain: Buffer;
  readonly at: number;
}

function nextUnits(coded: FieldReader, { kind, high, plain, at }: NameState): number[] {
  if (kind === 0) return [coded.u8()];
  if (kind === 1) return [coded.u8() | high];
  if (kind === 2) return [coded.u16()];
  const length = coded.u8();
  const same = [...plain.subarray(at, at + (length & 0x7f) + 2)];
  if ((length & 0x80) === 0) return same;
  const difference = coded.u8();
  return same.map((byte) => ((byte + difference) & 0xff) | high);
}

import { crc32 } from 'node:zlib';
import { UnreadableFile } from '#domain/analysis.ts';
import { FieldReader } from './field-reader.ts';
import type { ArchiveListing } from './listing.ts';
import { type ArchiveFile, type ArchiveReader, damaged } from './reader.ts';
import { addFiles } from './seven-zip-files.ts';
import { type Coder, numberOf, type Streams, streamsOf } from './seven-zip-streams.ts';

const signature = Buffer.from('377abcaf271c', 'hex');
/** The largest header that is read, packed or not, in bytes. */
const maxHeader = 64 * 2 ** 20;
/** Headers may be packed more than once. */
const maxPackings = 4;

/** Ids of properties. */
const header = 0x01;
const archiveProperties = 0x02;
const additionalStreams = 0x03;
const mainStreams = 0x04;
const filesInfo = 0x05;
const packedHeader = 0x17;

const aes = '06f10701';

/**
 * Lists a 7z archive: its header, which is at the end of the file, and is mostly packed itself.
 *
 * Source: 7zFormat.txt of the LZMA SDK (Igor Pavlov, public domain).
 */
export const reader: ArchiveReader = {
  async list(archive, listing) {
    const start = new FieldReader(await archive.exactly(32, 0));
    if (!start.take(6).equals(signature)) throw damaged('The archive has no 7z signature.');
    start.skip(2);
    const checksum = start.u32();
    if (crc32(start.bytes.subarray(12)) !== checksum) throw damaged('The start of the archive is damaged.');
    const [offset, size, headerChecksum] = [start.u64(), start.u64(), start.u32()];
    if (size === 0) return;
    if (size > maxHeader) throw new UnreadableFile('too_large', `The header of the archive has ${size} bytes.`);
    const bytes = await archive.exactly(size, 32 + offset);
    if (crc32(bytes) !== headerChecksum) throw damaged('The header of the archive is damaged.');
    await listHeader(archive, bytes, listing);
  },
};

async function listHeader(archive: ArchiveFile, packed: Buffer, listing: ArchiveListing): Promise<void> {
  let fields = new FieldReader(packed);
  for (let packings = 0; ; packings++) {
    const id = fields.u8();
    if (id === header) return listFields(fields, listing);
    if (id !== packedHeader || packings === maxPackings) throw damaged('The header of the archive is damaged.');
    const streams = streamsOf(fields);
    if (streams.folders.some(({ coders }) => isEncrypted(coders))) {
      listing.isHidden = true;
      return;
    }
    fields = new FieldReader(await unpacked(archive, streams));
  }
}

function listFields(fields: FieldReader, listing: ArchiveListing): void {
  let streams: Streams = { packAt: 0, packSizes: [], folders: [], sizes: [] };
  for (;;) {
    const id = fields.u8();
    if (id === 0) return;
    if (id === archiveProperties) skipProperties(fields);
    else if (id === additionalStreams) streamsOf(fields);
    else if (id === mainStreams) {
      streams = streamsOf(fields);
      listing.isEncrypted = streams.folders.some(({ coders }) => isEncrypted(coders));
      for (const size of streams.packSizes) listing.packed(size);
    } else if (id === filesInfo) addFiles(fields, streams.sizes, listing);
    else throw damaged('The header of the archive is damaged.');
  }
}

function skipProperties(fields: FieldReader): void {
  while (fields.u8() !== 0) fields.skip(numberOf(fields));
}

function isEncrypted(coders: readonly Coder[]): boolean {
  return coders.some(({ method }) => method === aes);
}

/** Unpacks a header, which has one folder of one coder. */
async function unpacked(archive: ArchiveFile, { packAt, packSizes, folders }: Streams): Promise<Buffer> {
  const [folder] = folders;
  const [coder] = folder?.coders ?? [];
  const size = folder?.unpackSizes[0] ?? 0;
  const packSize = packSizes[0] ?? 0;
  if (folder === undefined || coder === undefined || packSize === 0)
    throw damaged('The header of the archive is damaged.');
  if (size > maxHeader || packSize > maxHeader)
    throw new UnreadableFile('too_large', `The header of the archive has ${size} bytes.`);
  const packed = await archive.exactly(packSize, 32 + packAt);
  if (folder.coders.length > 1 || !(coder.method in unpack))
    throw new UnreadableFile('unsupported', 'The header of the archive is packed in a way that is not supported.');
  try {
    const bytes = await (unpack[coder.method] as Unpack)(packed, coder.properties, size);
    if (folder.checksum !== undefined && crc32(bytes) !== folder.checksum) throw new Error('The checksum is wrong.');
    return bytes;
  } catch (cause) {
    throw damaged('The header of the archive is damaged.', cause);
  }
}

type Unpack = (packed: Buffer, properties: Buffer, size: number) => Promise<Buffer> | Buffer;

/** By method. */
const unpack: Readonly<Record<string, Unpack>> = {
  '00': (packed) => packed,
  '030101': async (packed, properties, size) => {
    const { lzma } = await import('@napi-rs/lzma');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(size));
    // The header of an .lzma file: five bytes of properties, and the length.
    return lzma.decompressSync(Buffer.concat([properties, length, packed]));
  },
};

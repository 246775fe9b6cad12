import { type ArchiveFile, type ArchiveReader, cutOff, damaged } from './reader.ts';

interface Header {
  readonly length: number;
  readonly mode: number;
  readonly nameLength: number;
  readonly size: number;
  /** The content and the next header begin at a multiple of this. */
  readonly alignment: number;
}

const maxName = 65_536;
const lastName = 'TRAILER!!!';

/**
 * Lists a cpio archive: with headers in hexadecimal (`newc`, `crc`), octal (`odc`) or binary digits of either order.
 *
 * Source: cpio(5) of FreeBSD.
 */
export const reader: ArchiveReader = {
  async list(archive, listing) {
    for (let at = 0; at < archive.size; ) {
      listing.checkTime();
      const header = await headerAt(archive, at);
      if (header.nameLength === 0 || header.nameLength > maxName) throw damaged('A header of the archive is damaged.');
      const nameAt = at + header.length;
      const name = (await archive.exactly(header.nameLength, nameAt)).toString('utf8', 0, header.nameLength - 1);
      if (name === lastName) return;
      const contentAt = aligned(nameAt + header.nameLength, header);
      at = aligned(contentAt + header.size, header);
      if (contentAt + header.size > archive.size) throw cutOff();
      listing.add({ name, size: header.size, isDirectory: (header.mode & 0o170_000) === 0o040_000 });
    }
    throw cutOff();
  },
};

async function headerAt(archive: ArchiveFile, at: number): Promise<Header> {
  const bytes = await archive.upTo(110, at);
  const magic = bytes.toString('latin1', 0, 6);
  const numbers = (radix: 8 | 16) => (from: number, length: number) => number(bytes, { from, length, radix });
  if (bytes.length === 110 && (magic === '070701' || magic === '070702')) {
    const hex = numbers(16);
    return { length: 110, mode: hex(14, 8), nameLength: hex(94, 8), size: hex(54, 8), alignment: 4 };
  }
  if (bytes.length >= 76 && magic === '070707') {
    const octal = numbers(8);
    return { length: 76, mode: octal(18, 6), nameLength: octal(59, 6), size: octal(65, 11), alignment: 1 };
  }
  const u16 =
    bytes[0] === 0xc7 ? (place: number) => bytes.readUInt16LE(place) : (place: number) => bytes.readUInt16BE(place);
  if (bytes.length < 26 || u16(0) !== 0o070_707)
    throw bytes.length < 26 ? cutOff() : damaged('A header of the archive is damaged.');
  return { length: 26, mode: u16(6), nameLength: u16(20), size: u16(22) * 65_536 + u16(24), alignment: 2 };
}

function number(bytes: Buffer, { from, length, radix }: { from: number; length: number; radix: 8 | 16 }): number {
  const digits = bytes.toString('latin1', from, from + length);
  const value = Number.parseInt(digits, radix);
  if (!(radix === 8 ? /^[0-7]+$/ : /^[0-9a-f]+$/i).test(digits)) throw damaged('A header of the archive is damaged.');
  return value;
}

function aligned(place: number, { alignment }: Header): number {
  return Math.ceil(place / alignment) * alignment;
}

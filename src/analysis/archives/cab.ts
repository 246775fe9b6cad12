import { FieldReader } from './field-reader.ts';
import { type ArchiveReader, cutOff, damaged } from './reader.ts';

/** The longest list of files that is read, in bytes. */
const maxList = 32 * 2 ** 20;
const nameIsUtf8 = 0x80;
/** From this number on, the folder of a file continues from or in another cabinet. */
const fromEarlier = [0xfffd, 0xffff];

/**
 * Lists a cabinet of Microsoft: a header, and a list of files.
 *
 * Source: [MS-CAB], 2.
 */
export const reader: ArchiveReader = {
  async list(archive, listing) {
    const header = new FieldReader(await archive.exactly(36, 0));
    if (header.u32() !== 0x4643_534d) throw damaged('The archive has no cabinet signature.');
    header.skip(4);
    const size = header.u32();
    header.skip(4);
    const filesAt = header.u32();
    header.skip(8);
    const count = header.u16();
    if (size > archive.size || filesAt > size) throw cutOff();
    const list = new FieldReader(await archive.upTo(Math.min(size - filesAt, maxList), filesAt));
    for (let left = count; left > 0; left--) {
      const length = list.u32();
      list.skip(4);
      const folder = list.u16();
      list.skip(4);
      const attributes = list.u16();
      const name = list.text().toString((attributes & nameIsUtf8) !== 0 ? 'utf8' : 'latin1');
      if (!fromEarlier.includes(folder)) listing.add({ name, size: length });
    }
  },
};

import { type ArchiveReader, cutOff, damaged } from './reader.ts';

const headerLength = 60;
/** The longest table of names that is read, and the longest name. */
const maxNames = 4 * 2 ** 20;
const maxName = 1_024;
/** Tables of symbols, which are no files. */
const tables = ['/', '/SYM64/', '__.SYMDEF', '__.SYMDEF SORTED'];

/** Lists an `ar` archive, such as a static library or a Debian package, with long names as GNU and BSD write them. */
export const reader: ArchiveReader = {
  async list(archive, listing) {
    let longNames: Buffer = Buffer.alloc(0);
    for (let at = 8; at < archive.size; ) {
      listing.checkTime();
      const header = (await archive.exactly(headerLength, at)).toString('latin1');
      const size = /^\d+ *$/.test(header.slice(48, 58)) ? Number.parseInt(header.slice(48, 58), 10) : -1;
      if (!header.endsWith('`\n') || size < 0) throw damaged('A header of the archive is damaged.');
      const content = at + headerLength;
      if (content + size > archive.size) throw cutOff();
      const field = header.slice(0, 16).trimEnd();
      if (field === '//') longNames = await archive.exactly(Math.min(size, maxNames), content);
      const bsdLength = Math.min(Number(/^#1\/(\d+)$/.exec(field)?.[1] ?? 0), size);
      const name =
        bsdLength > 0
          ? (await archive.exactly(Math.min(bsdLength, maxName), content)).toString().replace(/\0+$/, '')
          : gnuName(field, longNames);
      if (field !== '//' && !tables.includes(name)) listing.add({ name, size: size - bsdLength });
      at = content + size + (size % 2);
    }
  },
};

/** `/12` is the name at this place in the table of names, and others end with a slash. */
function gnuName(field: string, longNames: Buffer): string {
  const place = /^\/(\d+)$/.exec(field)?.[1];
  if (place === undefined) return field.length > 1 && field !== '/SYM64/' ? field.replace(/\/$/, '') : field;
  const from = Number(place);
  const end = longNames.indexOf('\n', from);
  return longNames.toString('utf8', from, end < 0 ? longNames.length : end).replace(/\/$/, '');
}

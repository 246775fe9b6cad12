/** Streams and storages by name. */
export interface CompoundFolder {
  readonly [name: string]: Buffer | CompoundFolder;
}

interface Options {
  readonly clsid?: string;
  readonly sectorSize?: 512 | 4096;
}

interface Entry {
  readonly name: string;
  readonly kind: 1 | 2 | 5;
  readonly content: Buffer;
  readonly links: { right: number; child: number };
}

const none = 0xffff_ffff;
const endOfChain = 0xffff_fffe;
const miniSector = 64;
const cutoff = 4096;

/** Makes a compound file, whose class is the one of its root. Source: [MS-CFB]. */
export function compoundFile(content: CompoundFolder, { clsid = '', sectorSize = 512 }: Options = {}): Buffer {
  const root: Entry = { name: 'Root Entry', kind: 5, content: Buffer.alloc(0), links: { right: none, child: none } };
  const entries = [root];
  addChildren(entries, root, content);

  const table: number[] = [];
  const sectors: Buffer[] = [];
  const place = (bytes: Buffer): number => chain(bytes, sectorSize, sectors, table);
  const miniTable: number[] = [];
  const miniSectors: Buffer[] = [];
  const starts = entries.map(({ kind, content }) => {
    if (kind !== 2 || content.length === 0) return endOfChain;
    return content.length < cutoff ? chain(content, miniSector, miniSectors, miniTable) : place(content);
  });
  const miniStream = Buffer.concat(miniSectors);
  starts[0] = place(miniStream);
  const miniTableStart = place(numbers(miniTable));
  const directory = place(
    Buffer.concat(entries.map((entry, index) => directoryEntry(entry, starts[index] as number, miniStream.length))),
  );
  sectors[directory]?.write(clsid, 80, 'hex');

  const perSector = sectorSize / 4;
  let tableSectors = 0;
  while (tableSectors * perSector < table.length + tableSectors) tableSectors += 1;
  if (tableSectors > 109) throw new Error('The file is too large for this writer');
  const tableStart = table.length;
  for (let index = 0; index < tableSectors; index++) table.push(0xffff_fffd);
  while (table.length % perSector !== 0) table.push(none);
  const header = Buffer.alloc(sectorSize);
  header.write('d0cf11e0a1b11ae1', 'hex');
  header.writeUInt16LE(0x3e, 24);
  header.writeUInt16LE(sectorSize === 512 ? 3 : 4, 26);
  header.writeUInt16LE(0xfffe, 28);
  header.writeUInt16LE(Math.log2(sectorSize), 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(tableSectors, 44);
  header.writeUInt32LE(directory, 48);
  header.writeUInt32LE(cutoff, 56);
  header.writeUInt32LE(miniTableStart, 60);
  header.writeUInt32LE(endOfChain, 68);
  header.fill(0xff, 76, 512);
  for (let index = 0; index < tableSectors; index++) header.writeUInt32LE(tableStart + index, 76 + 4 * index);
  return Buffer.concat([header, ...sectors, numbers(table)]);
}

function addChildren(entries: Entry[], parent: Entry, folder: CompoundFolder): void {
  let previous: Entry | undefined;
  for (const [name, content] of Object.entries(folder)) {
    const isStream = Buffer.isBuffer(content);
    const links = { right: none, child: none };
    const entry: Entry = { name, kind: isStream ? 2 : 1, content: isStream ? content : Buffer.alloc(0), links };
    const index = entries.push(entry) - 1;
    if (previous === undefined) parent.links.child = index;
    else previous.links.right = index;
    previous = entry;
    if (!isStream) addChildren(entries, entry, content);
  }
}

/** Adds the sectors of `bytes`. @returns the first */
function chain(bytes: Buffer, sectorSize: number, sectors: Buffer[], table: number[]): number {
  if (bytes.length === 0) return endOfChain;
  const start = sectors.length;
  for (let at = 0; at < bytes.length; at += sectorSize) {
    const sector = Buffer.alloc(sectorSize);
    bytes.copy(sector, 0, at);
    sectors.push(sector);
    table.push(at + sectorSize < bytes.length ? sectors.length : endOfChain);
  }
  return start;
}

function directoryEntry({ name, kind, content, links }: Entry, start: number, miniStreamLength: number): Buffer {
  const entry = Buffer.alloc(128);
  entry.write(name, 'utf16le');
  entry.writeUInt16LE(2 * (name.length + 1), 64);
  entry.writeUInt8(kind, 66);
  entry.writeUInt8(1, 67);
  entry.writeUInt32LE(none, 68);
  entry.writeUInt32LE(links.right, 72);
  entry.writeUInt32LE(links.child, 76);
  entry.writeUInt32LE(start, 116);
  entry.writeUInt32LE(kind === 5 ? miniStreamLength : content.length, 120);
  return entry;
}

function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

import { type Cursor, FileCursor } from './cursor.ts';
import type { ArchiveListing } from './listing.ts';
import { type PaxRecords, paxRecords } from './pax.ts';
import { type ArchiveReader, cutOff, damaged } from './reader.ts';
import { blockSize, isTarHeader, type TarHeader, tarHeader, textOf } from './tar-header.ts';

/** The longest name or pax header that is read, in bytes. */
const maxExtension = 2 ** 20;

export const reader: ArchiveReader = {
  list: (archive, listing) => listTar(new FileCursor(archive), listing),
};

/** What headers before the one of an entry say about it. */
interface Ahead {
  readonly name?: string;
  readonly pax?: PaxRecords;
}

/** Lists a tar archive up to its first empty block or, if it has none, up to the end of the file. */
export async function listTar(cursor: Cursor, listing: ArchiveListing): Promise<void> {
  let ahead: Ahead = {};
  for (;;) {
    const block = await cursor.read(blockSize);
    if (block.length === 0 || block.every((byte) => byte === 0)) return;
    if (!isTarHeader(block)) throw block.length < blockSize ? cutOff() : damaged('A header of the archive is damaged.');
    listing.checkTime();
    const header = tarHeader(block);
    const extension = await extensionOf(header, cursor);
    if (extension !== undefined) {
      ahead = { ...ahead, ...extension };
      continue;
    }
    await addEntry(header, ahead, { cursor, listing });
    ahead = {};
  }
}

async function addEntry(
  header: TarHeader,
  { name, pax }: Ahead,
  { cursor, listing }: { cursor: Cursor; listing: ArchiveListing },
): Promise<void> {
  if (header.mapContinues) await skipMap(cursor);
  const stored = withoutContent.includes(header.type) ? 0 : (pax?.size ?? header.storedSize);
  await skipContent(stored, cursor);
  const path = pax?.path ?? name ?? header.name;
  const isDirectory = directoryTypes.includes(header.type) || (header.type === '0' && path.endsWith('/'));
  if (header.type === volumeLabel) return;
  listing.add({ name: path, size: pax?.realSize ?? header.realSize ?? stored, isDirectory });
}

/** Links, devices, directories and pipes, whatever size their headers state. */
const withoutContent = '123456';
/** `D` is a directory in an incremental archive of GNU tar, which lists its files in the content. */
const directoryTypes = '5D';
const volumeLabel = 'V';

/** What a header says about the next entry, if it is one that extends another. */
async function extensionOf({ type, storedSize }: TarHeader, cursor: Cursor): Promise<Ahead | undefined> {
  if (!'xXLKgN'.includes(type)) return undefined;
  if (storedSize > maxExtension) throw damaged(`A header of the archive has ${storedSize} bytes.`);
  const content = await cursor.read(storedSize);
  if (content.length < storedSize) throw cutOff();
  await cursor.read(padding(storedSize));
  if (type === 'x' || type === 'X') return { pax: paxRecords(content) };
  return type === 'L' ? { name: textOf(content) } : {};
}

/** The further blocks of the map of a sparse file in the old format of GNU tar. */
async function skipMap(cursor: Cursor): Promise<void> {
  for (let continues = true; continues; ) {
    const block = await cursor.read(blockSize);
    if (block.length < blockSize) throw cutOff();
    continues = block[504] !== 0;
  }
}

/** Some programs leave out the padding of the last entry. */
async function skipContent(size: number, cursor: Cursor): Promise<void> {
  await cursor.skip(size);
  await cursor.read(padding(size));
}

function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { type CompoundEntry, directoryOf, entryLength } from './cfb-directory.ts';

export type { CompoundEntry } from './cfb-directory.ts';

const signature = Buffer.from('d0cf11e0a1b11ae1', 'hex');
/** Sector numbers from here on are marks: end of a chain, free, or part of an allocation table. */
const firstMark = 0xffff_fffa;
const maxDirectory = 2 ** 16 * entryLength;
const maxMiniStream = 256 * 2 ** 20;

interface Header {
  readonly sectorSize: number;
  readonly miniSectorSize: number;
  /** Streams below this size are in the mini stream. */
  readonly miniCutoff: number;
  readonly directory: number;
  readonly miniTable: number;
}

/**
 * A Compound File: the container of old Office documents, mails of Outlook, installers and others. It is a small file system
 * of sectors, whose chains are in an allocation table, and of mini sectors for small streams within one of its streams.
 *
 * What a damaged file lacks is taken as absent where the rest can still be read: a chain ends where the file ends.
 *
 * Source: [MS-CFB].
 */
export class CompoundFile {
  readonly #blob: BlobHandle;
  readonly #header: Header;
  /** The sectors of the allocation table. */
  readonly #tableSectors: readonly number[];
  readonly #table = new Map<number, Buffer>();
  #root!: CompoundEntry;
  #mini: { readonly stream: Buffer; readonly table: Buffer } | undefined;

  private constructor(blob: BlobHandle, header: Header, tableSectors: readonly number[]) {
    this.#blob = blob;
    this.#header = header;
    this.#tableSectors = tableSectors;
  }

  /** @throws UnreadableFile when it has no header or no directory */
  static async open(blob: BlobHandle): Promise<CompoundFile> {
    const bytes = await readAt(blob, 0, 512);
    const header = headerOf(bytes);
    const file = new CompoundFile(blob, header, await tableSectorsOf(blob, bytes, header.sectorSize));
    const directory = await file.#sectors(header.directory, maxDirectory);
    file.#root = directoryOf(directory, header.sectorSize);
    return file;
  }

  get root(): CompoundEntry {
    return this.#root;
  }

  /** The first bytes of a stream: all when it is not longer than `most`. */
  async read(stream: CompoundEntry, most: number): Promise<Buffer> {
    if (stream.kind !== 'stream') return Buffer.alloc(0);
    const length = Math.min(stream.size, most, this.#blob.size);
    if (stream.size >= this.#header.miniCutoff) return await this.#sectors(stream.start, length);
    return await this.#miniSectors(stream.start, length);
  }

  /** @throws UnreadableFile when the chain never ends */
  async #sectors(start: number, length: number): Promise<Buffer> {
    const { sectorSize } = this.#header;
    const chain = await this.#chain(start, Math.ceil(length / sectorSize));
    const pieces: Buffer[] = [];
    for (let at = 0; at < chain.length; ) {
      const first = chain[at] as number;
      let run = 1;
      while (chain[at + run] === first + run) run += 1;
      pieces.push(await readAt(this.#blob, (first + 1) * sectorSize, run * sectorSize));
      at += run;
    }
    return Buffer.concat(pieces).subarray(0, length);
  }

  async #chain(start: number, most: number): Promise<readonly number[]> {
    const { sectorSize } = this.#header;
    const sectors = Math.ceil(this.#blob.size / sectorSize) - 1;
    const chain = new Set<number>();
    const perSector = sectorSize / 4;
    for (let sector = start; sector < sectors && chain.size < most; ) {
      if (chain.has(sector)) throw cycle();
      chain.add(sector);
      const part = await this.#tablePart(Math.floor(sector / perSector));
      const at = (sector % perSector) * 4;
      if (at + 4 > part.length) break;
      sector = part.readUInt32LE(at);
    }
    return [...chain];
  }

  async #tablePart(index: number): Promise<Buffer> {
    const known = this.#table.get(index);
    if (known !== undefined) return known;
    const { sectorSize } = this.#header;
    const sector = this.#tableSectors[index];
    const part = sector === undefined ? Buffer.alloc(0) : await readSector(this.#blob, sector, sectorSize);
    this.#table.set(index, part);
    return part;
  }

  async #miniSectors(start: number, length: number): Promise<Buffer> {
    const { miniSectorSize, miniTable } = this.#header;
    this.#mini ??= {
      stream: await this.#sectors(this.#root.start, maxMiniStream),
      table: await this.#sectors(miniTable, maxMiniStream / 16),
    };
    const { stream, table } = this.#mini;
    const sectors = Math.min(Math.ceil(stream.length / miniSectorSize), Math.floor(table.length / 4));
    const most = Math.ceil(length / miniSectorSize);
    const pieces: Buffer[] = [];
    for (let sector = start; sector < sectors && pieces.length < most; sector = table.readUInt32LE(sector * 4)) {
      if (pieces.length > sectors) throw cycle();
      pieces.push(stream.subarray(sector * miniSectorSize, (sector + 1) * miniSectorSize));
    }
    return Buffer.concat(pieces).subarray(0, length);
  }
}

export async function isCompoundFile(blob: BlobHandle): Promise<boolean> {
  return (await readAt(blob, 0, signature.length)).equals(signature);
}

function headerOf(bytes: Buffer): Header {
  if (bytes.length < 512 || !bytes.subarray(0, 8).equals(signature))
    throw new UnreadableFile('damaged', 'The file is not a complete compound file.');
  const [shift, miniShift] = [bytes.readUInt16LE(30), bytes.readUInt16LE(32)];
  if ((shift !== 9 && shift !== 12) || miniShift < 4 || miniShift >= shift)
    throw new UnreadableFile('damaged', 'The header of the compound file has sectors of an unknown size.');
  return {
    sectorSize: 2 ** shift,
    miniSectorSize: 2 ** miniShift,
    miniCutoff: bytes.readUInt32LE(56),
    directory: bytes.readUInt32LE(48),
    miniTable: bytes.readUInt32LE(60),
  };
}

/** The header names the first 109 sectors of the allocation table; a chain of sectors names the others. */
async function tableSectorsOf(blob: BlobHandle, header: Buffer, sectorSize: number): Promise<readonly number[]> {
  const sectors: number[] = [];
  const most = Math.ceil(blob.size / sectorSize / (sectorSize / 4)) + 1;
  const take = (list: Buffer) => {
    for (let at = 0; at + 4 <= list.length && sectors.length < most; at += 4) sectors.push(list.readUInt32LE(at));
  };
  take(header.subarray(76));
  let next = header.readUInt32LE(68);
  while (next < firstMark && sectors.length < most) {
    const list = await readSector(blob, next, sectorSize);
    if (list.length < sectorSize) break;
    take(list.subarray(0, -4));
    next = list.readUInt32LE(sectorSize - 4);
  }
  return sectors;
}

async function readSector(blob: BlobHandle, sector: number, sectorSize: number): Promise<Buffer> {
  return await readAt(blob, (sector + 1) * sectorSize, sectorSize);
}

async function readAt(blob: BlobHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, blob.size - offset)));
  return bytes.subarray(0, await blob.read(offset, bytes));
}

function cycle(): UnreadableFile {
  return new UnreadableFile('damaged', 'A stream of the compound file never ends.');
}

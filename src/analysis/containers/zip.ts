import { pipeline, Readable } from 'node:stream';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { BlobBytes } from './blob-bytes.ts';
import { centralDirectory } from './zip-central-directory.ts';
import type { ZipEntry } from './zip-entry.ts';
import { contentOffset, localHeaders } from './zip-local-headers.ts';

export type { ZipEntry } from './zip-entry.ts';

/** The most entries that are listed. */
const maxZipEntries = 65_536;
/** Entries with at most this many compressed bytes are expanded at once, which is faster than as a stream. */
const atOnceBytes = 256 * 1024;

const stored = 0;
const deflated = 8;

/** A ZIP archive: its entries in the order of its directory, duplicates among them, and their contents. */
export class ZipArchive {
  readonly entries: readonly ZipEntry[];
  /** The number of entries, which may be larger than that of those listed. */
  readonly total: number;
  /** Whether the archive ends with a directory. One without is cut off, or its end is damaged. */
  readonly hasDirectory: boolean;
  readonly #bytes: BlobBytes;
  #byName: ReadonlyMap<string, ZipEntry> | undefined;

  private constructor(bytes: BlobBytes, listing: Pick<ZipArchive, 'entries' | 'total' | 'hasDirectory'>) {
    this.#bytes = bytes;
    this.entries = listing.entries;
    this.total = listing.total;
    this.hasDirectory = listing.hasDirectory;
  }

  /** @throws UnreadableFile when there is neither a directory nor an entry */
  static async open(blob: BlobHandle, maxEntries = maxZipEntries): Promise<ZipArchive> {
    const bytes = new BlobBytes(blob);
    const directory = await centralDirectory(bytes, maxEntries);
    if (directory !== undefined) return new ZipArchive(bytes, { ...directory, hasDirectory: true });
    const entries = await localHeaders(bytes, maxEntries);
    if (entries.length === 0) throw new UnreadableFile('damaged', 'The ZIP archive has no directory and no entries.');
    return new ZipArchive(bytes, { entries, total: entries.length, hasDirectory: false });
  }

  /** The entry of this name; the last one if there are several, which is what an update in place appends. */
  find(name: string): ZipEntry | undefined {
    this.#byName ??= new Map(this.entries.map((entry) => [entry.name, entry]));
    return this.#byName.get(name);
  }

  /**
   * The content of an entry. Its checksum is not verified: readers of documents forgive a wrong one.
   *
   * @throws UnreadableFile when it is damaged, encrypted, compressed in an unknown way, or longer than `maxBytes`
   */
  async read(entry: ZipEntry, maxBytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.chunks(entry, maxBytes)) pieces.push(piece);
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /** The same, in pieces: with large entries only a few of them are in memory. */
  async *chunks(entry: ZipEntry, maxBytes: number): AsyncGenerator<Buffer> {
    const offset = await this.#contentOf(entry);
    if (entry.method === stored || entry.compressedSize > atOnceBytes) {
      yield* this.#stream(entry, offset, maxBytes);
      return;
    }
    try {
      yield inflateRawSync(await this.#bytes.at(offset, entry.compressedSize), { maxOutputLength: maxBytes });
    } catch (cause) {
      throw (cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
        ? tooLarge(entry, maxBytes)
        : damaged(entry, cause);
    }
  }

  async *#stream(entry: ZipEntry, offset: number, maxBytes: number): AsyncGenerator<Buffer> {
    const pieces = this.#pieces(offset, entry.compressedSize);
    let length = 0;
    for await (const piece of entry.method === stored ? pieces : inflated(pieces, entry)) {
      length += piece.length;
      if (length > maxBytes) throw tooLarge(entry, maxBytes);
      yield piece;
    }
  }

  async *#pieces(offset: number, length: number): AsyncGenerator<Buffer> {
    for (let at = offset; at < offset + length; at += atOnceBytes)
      yield await this.#bytes.at(at, Math.min(atOnceBytes, offset + length - at));
  }

  async #contentOf(entry: ZipEntry): Promise<number> {
    if (entry.encrypted) throw new UnreadableFile('unsupported', `${quoted(entry)} is encrypted.`);
    if (entry.method !== stored && entry.method !== deflated)
      throw new UnreadableFile('unsupported', `${quoted(entry)} is compressed with method ${entry.method}.`);
    const offset = await contentOffset(this.#bytes, entry);
    if (offset === undefined) throw new UnreadableFile('damaged', `${quoted(entry)} is not where the directory says.`);
    if (offset + entry.compressedSize > this.#bytes.size)
      throw new UnreadableFile('damaged', `${quoted(entry)} is cut off.`);
    return offset;
  }
}

async function* inflated(pieces: AsyncGenerator<Buffer>, entry: ZipEntry): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: atOnceBytes });
  // The error reaches whoever reads `inflate`.
  pipeline(Readable.from(pieces), inflate, () => {});
  try {
    yield* inflate;
  } catch (cause) {
    throw damaged(entry, cause);
  }
}

function quoted({ name }: ZipEntry): string {
  return `The entry ${JSON.stringify(name.slice(0, 200))}`;
}

function tooLarge(entry: ZipEntry, maxBytes: number): UnreadableFile {
  return new UnreadableFile('too_large', `${quoted(entry)} has more than ${maxBytes} bytes.`);
}

function damaged(entry: ZipEntry, cause: unknown): UnreadableFile {
  return new UnreadableFile('damaged', `${quoted(entry)} is damaged.`, { cause });
}

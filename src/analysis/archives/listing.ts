/** A member of an archive, as the archive says. */
export interface ArchiveEntry {
  readonly name: string;
  /** Bytes of the content, holes of sparse files included. */
  readonly size: number;
  /** Bytes that it takes in the archive, where the archive says so. */
  readonly packedSize?: number;
  readonly isDirectory?: boolean;
  readonly isEncrypted?: boolean;
}

export type ArchiveLimit = 'entries' | 'bytes' | 'ratio' | 'time';

/** Ends the reading of an archive that is too large; what was listed before counts. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly limit: ArchiveLimit;

  constructor(limit: ArchiveLimit) {
    super(`The limit of ${limit} is reached.`);
    this.limit = limit;
  }
}

export const maxEntries = 100_000;
const maxLargest = 5;
/** The longest time that an archive is read, in milliseconds. */
const maxMs = 10_000;

/** What was found in an archive. */
export class ArchiveListing {
  entries = 0;
  directories = 0;
  totalSize = 0;
  isEncrypted = false;
  /** The names and sizes of the entries are encrypted, too. */
  isHidden = false;
  comment = '';
  /** The format of the entries, if it is not that of the file: tar in a compressed file. */
  innerFormat: string | undefined;
  /** The largest files, the largest first. */
  readonly largest: ArchiveEntry[] = [];
  #packedSize: number | undefined;
  readonly #deadline = performance.now() + maxMs;

  /** Undefined when the archive does not say it for each entry. */
  get packedSize(): number | undefined {
    return this.#packedSize;
  }

  /** @throws LimitReached */
  add(entry: ArchiveEntry): void {
    if (this.entries + this.directories >= maxEntries) throw new LimitReached('entries');
    if (entry.isEncrypted) this.isEncrypted = true;
    if (entry.isDirectory) {
      this.directories += 1;
      return;
    }
    this.entries += 1;
    this.totalSize += entry.size;
    if (entry.packedSize !== undefined) this.packed(entry.packedSize);
    this.#rank(entry);
  }

  /** Adds bytes that entries take together. */
  packed(bytes: number): void {
    this.#packedSize = (this.#packedSize ?? 0) + bytes;
  }

  /** @throws LimitReached */
  checkTime(): void {
    if (performance.now() > this.#deadline) throw new LimitReached('time');
  }

  #rank(entry: ArchiveEntry): void {
    const place = this.largest.findIndex(({ size }) => size < entry.size);
    this.largest.splice(place < 0 ? this.largest.length : place, 0, entry);
    this.largest.splice(maxLargest);
  }
}

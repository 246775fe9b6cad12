import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { BlobBytes } from '../containers/blob-bytes.ts';
import type { ArchiveListing } from './listing.ts';

/** Lists the entries of archives of one format. */
export interface ArchiveReader {
  /**
   * @throws UnreadableFile when the archive is damaged or cut off
   * @throws LimitReached when it is too large
   */
  list(archive: ArchiveFile, listing: ArchiveListing): Promise<void>;
}

/** An archive, whose bytes must be where its structure says. */
export class ArchiveFile {
  readonly blob: BlobHandle;
  readonly filename: string;
  readonly #bytes: BlobBytes;

  constructor(blob: BlobHandle, filename: string) {
    this.blob = blob;
    this.filename = filename;
    this.#bytes = new BlobBytes(blob);
  }

  get size(): number {
    return this.blob.size;
  }

  /** The bytes from `offset` on, fewer only at the end of the file. */
  async upTo(length: number, offset: number): Promise<Buffer> {
    return await this.#bytes.at(offset, length);
  }

  /** @throws UnreadableFile when the file ends before */
  async exactly(length: number, offset: number): Promise<Buffer> {
    const bytes = await this.#bytes.at(offset, length);
    if (bytes.length < length) throw cutOff();
    return bytes;
  }
}

export function cutOff(): UnreadableFile {
  return new UnreadableFile('damaged', 'The archive is cut off.');
}

export function damaged(what: string, cause?: unknown): UnreadableFile {
  return new UnreadableFile('damaged', what, { cause });
}

import type { BlobHandle, BlobReader } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { S3Client } from './client/client.ts';
import { bytesKey, parseObjectStorageKey, parseSegmentStorageKey } from './layout.ts';
import { ReadAhead } from './objects/read-ahead.ts';
import { SegmentReader, type SegmentReaderOptions } from './segments/segment-reader.ts';

/** Read-only access to the blobs of an S3BlobStore. */
export class S3BlobReader implements BlobReader {
  readonly #client: S3Client;
  readonly #segments: SegmentReader;

  constructor(client: S3Client, options: SegmentReaderOptions = {}) {
    this.#client = client;
    this.#segments = new SegmentReader(client, options);
  }

  async open(storageKey: string): Promise<BlobHandle> {
    const packed = parseSegmentStorageKey(storageKey);
    if (packed !== undefined) return inMemory(await this.#segments.read(packed));
    const name = parseObjectStorageKey(storageKey);
    if (name === undefined)
      throw new FilemillError('BLOB_MISSING', `${JSON.stringify(storageKey)} is not a storage key.`);
    const found = await this.#client.head(bytesKey(name));
    if (found === undefined) throw new FilemillError('BLOB_MISSING', 'The store holds no such blob.');
    return new ReadAhead(this.#client, found);
  }
}

function inMemory(content: Buffer): BlobHandle {
  return {
    size: content.length,
    read: async (offset, into) => content.copy(into, 0, Math.min(offset, content.length)),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

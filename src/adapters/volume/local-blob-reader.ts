import { resolve } from 'node:path';
import type { BlobLocation, BlobReader } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { isBlobId, objectPath, segmentPath } from './objects/layout.ts';
import { parseSegmentKey } from './segments/segment-key.ts';

/** The blobs of a volume that LocalBlobStore keeps, for those who only read. */
export class LocalBlobReader implements BlobReader {
  readonly #root: string;

  constructor(rootDir: string) {
    this.#root = resolve(rootDir);
  }

  locate(storageKey: string): BlobLocation {
    if (isBlobId(storageKey)) return { path: objectPath(this.#root, storageKey) };
    const packed = parseSegmentKey(storageKey);
    if (packed === undefined)
      throw new FilemillError('BLOB_MISSING', `${JSON.stringify(storageKey)} is not a storage key.`);
    const { segment, offset, length, crc32c } = packed;
    return { path: segmentPath(this.#root, segment), range: { offset, length }, crc32c };
  }
}

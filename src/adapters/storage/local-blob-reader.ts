import { resolve } from 'node:path';
import type { BlobLocation, BlobReader } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { isStorageKey, objectPath } from './layout.ts';

/** The blobs of a volume that LocalBlobStore keeps, for those who only read. */
export class LocalBlobReader implements BlobReader {
  readonly #root: string;

  constructor(rootDir: string) {
    this.#root = resolve(rootDir);
  }

  locate(storageKey: string): BlobLocation {
    if (!isStorageKey(storageKey))
      throw new FilemillError('BLOB_MISSING', `${JSON.stringify(storageKey)} is not a storage key.`);
    return { path: objectPath(this.#root, storageKey) };
  }
}

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BlobLocator, BlobReader, LocalBytes } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { LocalBlob } from '#platform/local-blob.ts';
import { isObjectKey, objectPath, segmentPath } from './objects/layout.ts';
import { parseSegmentKey } from './segments/segment-format.ts';

/** Read-only access to the blobs of a LocalBlobStore. */
export class LocalBlobReader implements BlobReader, BlobLocator {
  readonly #root: string;

  constructor(rootDir: string) {
    this.#root = resolve(rootDir);
  }

  async open(storageKey: string): Promise<LocalBlob> {
    const place = this.locate(storageKey);
    return new LocalBlob(place, place.range?.length ?? (await sizeOf(place.path)));
  }

  locate(storageKey: string): LocalBytes {
    if (isObjectKey(storageKey)) return { path: objectPath(this.#root, storageKey) };
    const packed = parseSegmentKey(storageKey);
    if (packed === undefined)
      throw new FilemillError('BLOB_MISSING', `${JSON.stringify(storageKey)} is not a storage key.`);
    const { segment, offset, length, crc32c } = packed;
    return { path: segmentPath(this.#root, segment), range: { offset, length }, crc32c };
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new FilemillError('BLOB_MISSING', 'The store holds no such blob.', { cause: error });
  }
}

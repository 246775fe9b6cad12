import type { BlobHandle, BlobLocator, BlobReader, LocalBytes } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { S3Client } from '../s3/client/client.ts';
import { isS3Key } from '../s3/layout.ts';
import { S3BlobReader } from '../s3/s3-blob-reader.ts';
import { LocalBlobReader } from '../volume/local-blob-reader.ts';

/** Reads blobs of the volume and of the bucket: the key tells which. */
export class StoreReader implements BlobReader, BlobLocator {
  readonly #volume: LocalBlobReader | undefined;
  readonly #bucket: S3BlobReader | undefined;

  constructor(volume: string | undefined, bucket: S3Client | undefined) {
    this.#volume = volume === undefined ? undefined : new LocalBlobReader(volume);
    this.#bucket = bucket && new S3BlobReader(bucket);
  }

  async open(storageKey: string): Promise<BlobHandle> {
    const reader = isS3Key(storageKey) ? this.#bucket : this.#volume;
    if (reader === undefined) throw missing();
    return await reader.open(storageKey);
  }

  locate(storageKey: string): LocalBytes | undefined {
    if (isS3Key(storageKey)) return undefined;
    if (this.#volume === undefined) throw missing();
    return this.#volume.locate(storageKey);
  }
}

function missing(): FilemillError {
  return new FilemillError(
    'BLOB_MISSING',
    'The file is in a store that the settings do not name (FILEMILL_STORE_ALSO).',
  );
}

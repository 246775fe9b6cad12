import type { BlobReader } from '#domain/blob-store.ts';
import { S3Client } from './client/client.ts';
import type { S3Location } from './client/location.ts';
import { S3BlobReader } from './s3-blob-reader.ts';

/**
 * Each thread of an analysis loads this module, and reads with a client of its own. A file that is removed while it is analysed
 * loses its claim, so nothing is kept of what was found.
 */
export function openBlobs(location: S3Location): BlobReader {
  return new S3BlobReader(new S3Client(location), { readsRemoved: true });
}

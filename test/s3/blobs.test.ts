import { S3BlobReader } from '#adapters/s3/s3-blob-reader.ts';
import { S3BlobStore } from '#adapters/s3/s3-blob-store.ts';
import { blobStoreConformance } from '../conformance/blob-store.ts';
import { upkeepConformance } from '../conformance/upkeep.ts';
import { testS3Client } from '../support/s3-client.ts';
import { s3Kinds, sharedS3Servers } from '../support/s3-server.ts';

for (const kind of s3Kinds)
  for (const [name, options] of [
    ['objects and segments', {}],
    ['objects alone', { packBelow: 0 }],
  ] as const) {
    const open = async () => {
      const client = testS3Client(sharedS3Servers()[kind]);
      const store = new S3BlobStore(client, options);
      const reader = new S3BlobReader(client);
      // One part, and the beginning of the next.
      const sweptBytes = 9 * 1024 * 1024;
      return { store, reader, upkeep: store, sweptBytes, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
    };
    blobStoreConformance(`${kind} with ${name}`, open);
    upkeepConformance(`${kind} with ${name}`, open);
  }

import { MemoryBlobs } from '#test/support/memory-blobs.ts';
import { blobStoreConformance } from './blob-store.ts';

blobStoreConformance('a store without paths', async () => {
  const blobs = new MemoryBlobs();
  return { store: blobs, reader: blobs, [Symbol.asyncDispose]: async () => undefined };
});

import { ZipArchive } from '../containers/zip.ts';
import { maxEntries } from './listing.ts';
import { type ArchiveReader, cutOff } from './reader.ts';

export const reader: ArchiveReader = {
  async list({ blob }, listing) {
    // One more than the limit, so that the listing notices it.
    const archive = await ZipArchive.open(blob, maxEntries + 1);
    if (!archive.hasDirectory) throw cutOff();
    for (const { name, size, compressedSize, encrypted } of archive.entries)
      listing.add({
        name,
        size,
        packedSize: compressedSize,
        isDirectory: name.endsWith('/'),
        isEncrypted: encrypted,
      });
  },
};

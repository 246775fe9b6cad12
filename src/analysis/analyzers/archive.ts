import { z } from 'zod';
import { type FileAnalyzer, type FileContext, type FileFindings, UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { type ArchiveLimit, ArchiveListing, LimitReached } from '../archives/listing.ts';
import { ArchiveFile } from '../archives/reader.ts';
import { archiveFormat } from '../archives/readers.ts';
import { bounded } from '../content/bounded.ts';

const maxName = 1_000;
const count = z.number().nonnegative();

/** What an archive or a compressed file holds, as its headers say: docs/analysis.md has the definitions. */
export const archive: FileAnalyzer = {
  name: 'archive',
  version: '1',
  needs: ['mime'],
  finds: 'archive',
  accepts: ({ mime_type }) => archiveFormat(mime_type) !== undefined,
  schema: z.object({
    format: z.string().max(20),
    compression: z.string().max(20).exactOptional(),
    encrypted: z.boolean(),
    entries: count.exactOptional(),
    directories: count.exactOptional(),
    total_size: count.exactOptional(),
    packed_size: count,
    ratio: count.exactOptional(),
    largest: z.array(z.object({ name: z.string().max(maxName), size: count })).exactOptional(),
    comment: z.string().max(maxName).exactOptional(),
    limits: z.array(z.string()).exactOptional(),
  }),
  analyze,
};

async function analyze(blob: BlobHandle, { filename, core }: FileContext): Promise<FileFindings> {
  const known = archiveFormat(core.mime_type);
  if (known === undefined) throw new UnreadableFile('unsupported', `There is no reader for ${core.mime_type}.`);
  const listing = new ArchiveListing();
  const limit = await list(await known.load(), new ArchiveFile(blob, filename), listing);
  const { innerFormat, isEncrypted, isHidden, comment, packedSize = blob.size } = listing;
  const findings = {
    format: innerFormat ?? known.format,
    ...(innerFormat !== undefined && { compression: known.format }),
    encrypted: isEncrypted || isHidden,
    packed_size: packedSize,
    ...(!isHidden && countsOf(listing, packedSize)),
    ...(comment !== '' && { comment: bounded(comment, maxName) }),
    ...(limit !== undefined && { limits: [limit] }),
  };
  return { findings };
}

async function list(
  reader: { list(file: ArchiveFile, listing: ArchiveListing): Promise<void> },
  file: ArchiveFile,
  listing: ArchiveListing,
): Promise<ArchiveLimit | undefined> {
  try {
    await reader.list(file, listing);
    return undefined;
  } catch (error) {
    if (error instanceof LimitReached) return error.limit;
    throw error;
  }
}

function countsOf({ entries, directories, totalSize, largest }: ArchiveListing, packedSize: number) {
  return {
    entries,
    directories,
    total_size: totalSize,
    ...(packedSize > 0 && { ratio: Math.round((totalSize / packedSize) * 100) / 100 }),
    largest: largest.map(({ name, size }) => ({ name: bounded(name, maxName), size })),
  };
}

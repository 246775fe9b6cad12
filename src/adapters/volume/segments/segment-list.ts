import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../objects/durable.ts';
import { isBlobId, isPeriod, segmentsFolder } from '../objects/layout.ts';

/** All segments of a volume, oldest first. */
export async function segmentsOf(root: string): Promise<string[]> {
  const periods = (await namesIn(segmentsFolder(root))).filter(isPeriod).sort();
  const names = periods.map((period) => namesIn(join(segmentsFolder(root), period)));
  return (await Promise.all(names)).flat().filter(isBlobId).sort();
}

/** What a folder holds; of one that there is not, nothing. */
export async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

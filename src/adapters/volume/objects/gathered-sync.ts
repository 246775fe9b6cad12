import type { FileHandle } from 'node:fs/promises';
import { Batcher } from '#platform/batcher.ts';

/** One sync serves every entry that was made before it began. */
export function gatheredSync(folder: FileHandle): Batcher<void, void> {
  return new Batcher<void, void>(async (calls) => {
    await folder.sync();
    return calls;
  });
}

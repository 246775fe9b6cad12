import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import type { TextStore } from '#domain/text-store.ts';

const compress = promisify(zstdCompress);

/** Moves the texts that are kept, and answers with their number. A text that the other store has already is the later one. */
export async function migrateTexts(from: TextStore, to: TextStore, signal: AbortSignal): Promise<number> {
  let moved = 0;
  for await (const fileIds of from.keptBefore(new Date()))
    for (const id of fileIds) {
      if (signal.aborted) return moved;
      const text = await from.open(id);
      if (text === undefined) continue;
      const content = await buffer(text);
      if (!(await has(to, id))) await to.keep(id, await compress(content));
      await from.remove(id);
      moved += 1;
    }
  return moved;
}

async function has(texts: TextStore, id: string): Promise<boolean> {
  const text = await texts.open(id);
  if (text === undefined) return false;
  for await (const _piece of text) break;
  return true;
}

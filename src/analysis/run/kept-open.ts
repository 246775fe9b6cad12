import { closeSync, openSync } from 'node:fs';

const most = 4;

/** Files that many small ones lie in: opening one takes as long as reading a small file. The latest comes last. */
const kept = new Map<string, number>();

/** A descriptor for reading that stays open for the next range of the same file. */
export function openKept(path: string): number {
  const descriptor = kept.get(path) ?? openSync(path, 'r');
  kept.delete(path);
  kept.set(path, descriptor);
  if (kept.size > most) {
    const [[oldest, its]] = [...kept] as [[string, number]];
    kept.delete(oldest);
    closeSync(its);
  }
  return descriptor;
}

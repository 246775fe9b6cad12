import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FileJson } from '#contract/schemas.ts';
import { getFile } from '../api.ts';
import { onChange } from '../live/events.ts';

const followed = new Map<string, Signal<FileJson | undefined>>();

/** Follows a file while the page is open; undefined until it is known. */
export function followFile(id: string): ReadonlySignal<FileJson | undefined> {
  const known = followed.get(id);
  if (known !== undefined) return known;
  const file = signal<FileJson | undefined>(undefined);
  followed.set(id, file);
  // Its first changes may have arrived before its id was known here.
  look(id, file);
  return file;
}

onChange((changed) => {
  for (const news of changed.files) {
    const file = followed.get(news.id);
    if (file !== undefined) file.value = news;
  }
  if (changed.look_again) for (const [id, file] of followed) if (!hasEnded(file.peek())) look(id, file);
});

function look(id: string, file: Signal<FileJson | undefined>): void {
  const shown = file.peek();
  getFile(id).then(
    (found) => {
      // A change that arrived meanwhile is newer.
      if (file.peek() === shown) file.value = found;
    },
    () => undefined,
  );
}

function hasEnded(file: FileJson | undefined): boolean {
  return file?.status === 'COMPLETED' || file?.status === 'FAILED';
}

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FileJson } from '#contract/schemas.ts';
import { getFile } from '../api.ts';
import { onChange } from '../live/events.ts';

const followed = new Map<string, Signal<FileJson | undefined>>();

/** The latest changes, oldest first: those of a file may arrive before its id is known here. */
const recent = new Map<string, FileJson>();
const keptRecent = 5_000;

/** So many files are asked for one by one; of more, the events have to be enough. */
const askedFor = 50;

/** Follows a file while the page is open; undefined until it is known. */
export function followFile(id: string): ReadonlySignal<FileJson | undefined> {
  const known = followed.get(id);
  if (known !== undefined) return known;
  const file = signal<FileJson | undefined>(recent.get(id));
  followed.set(id, file);
  if (file.peek() === undefined && followed.size <= askedFor) look(id, file);
  return file;
}

onChange((changed) => {
  for (const news of changed.files) {
    remember(news);
    const file = followed.get(news.id);
    if (file !== undefined) file.value = news;
  }
  if (!changed.look_again) return;
  const open = [...followed].filter(([, file]) => !hasEnded(file.peek()));
  for (const [id, file] of open.slice(-askedFor)) look(id, file);
});

function remember(news: FileJson): void {
  recent.delete(news.id);
  recent.set(news.id, news);
  const [oldest] = recent.keys();
  if (recent.size > keptRecent && oldest !== undefined) recent.delete(oldest);
}

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

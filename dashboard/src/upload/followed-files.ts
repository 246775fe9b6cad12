import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FileJson } from '#contract/schemas.ts';
import { getFile, listFiles } from '../api.ts';
import { connected, onChange } from '../live/events.ts';

type Followed = Signal<FileJson | undefined>;

const followed = new Map<string, Followed>();

/** The latest changes, oldest first: those of a file may arrive before its id is known here. */
const recent = new Map<string, FileJson>();
const keptRecent = 5_000;

/** So many files are asked for one by one. */
const fewest = 10;
/** More are looked for among so many of the newest; of those that are older, the events have to be enough. */
const newest = 1_000;

/** Files to ask for, once all that follow at this moment are known. */
const unknown = new Map<string, Followed>();

/** Follows a file while the page is open; undefined until it is known. */
export function followFile(id: string): ReadonlySignal<FileJson | undefined> {
  const known = followed.get(id);
  if (known !== undefined) return known;
  const file: Followed = signal(recent.get(id));
  followed.set(id, file);
  // While events come, they tell of it.
  if (file.peek() === undefined && !connected.peek()) lookSoon(id, file);
  return file;
}

onChange((changed) => {
  batch(() => {
    for (const news of changed.files) {
      remember(news);
      const file = followed.get(news.id);
      if (file !== undefined) file.value = news;
    }
  });
  if (!changed.look_again) return;
  for (const [id, file] of followed) if (!hasEnded(file.peek())) lookSoon(id, file);
});

function remember(news: FileJson): void {
  recent.delete(news.id);
  recent.set(news.id, news);
  const [oldest] = recent.keys();
  if (recent.size > keptRecent && oldest !== undefined) recent.delete(oldest);
}

function lookSoon(id: string, file: Followed): void {
  if (unknown.size === 0) queueMicrotask(() => void look());
  unknown.set(id, file);
}

async function look(): Promise<void> {
  const shown = new Map([...unknown].map(([id, file]) => [id, { file, before: file.peek() }]));
  unknown.clear();
  const found = await filesOf([...shown.keys()]).catch(() => []);
  batch(() => {
    for (const one of found) {
      const asked = shown.get(one.id);
      // A change that arrived meanwhile is newer.
      if (asked !== undefined && asked.file.peek() === asked.before) asked.file.value = one;
    }
  });
}

async function filesOf(ids: readonly string[]): Promise<readonly FileJson[]> {
  if (ids.length > fewest) return (await listFiles(new URLSearchParams({ page_size: String(newest) }))).files;
  const found = await Promise.allSettled(ids.map(getFile));
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

function hasEnded(file: FileJson | undefined): boolean {
  return file?.status === 'COMPLETED' || file?.status === 'FAILED';
}

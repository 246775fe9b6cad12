import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileJson } from '#contract/schemas.ts';
import { type FilesPage, getFile, listFiles, Refusal } from './api.ts';
import { type FileFilter, filterParameters } from './file-filter.ts';
import type { ChangedFiles } from './live/events.ts';
import { useChanges } from './live/use-changes.ts';

export interface ShownFiles {
  /** Undefined until the first answer. */
  readonly files: readonly FileJson[] | undefined;
  readonly nextToken: string;
  readonly problem: unknown;
  reload(): void;
}

const leastDelayMs = 1_000;
/** A slow search is repeated less often, so that it takes at most a tenth of the time. */
const restPerWork = 10;
const unknown = { files: undefined, nextToken: '', problem: undefined } as const;

/**
 * Keeps one page of files up to date. Rows change at once; files that enter or leave the list appear when it is
 * reloaded, at most once a second.
 */
export function useFiles(filter: FileFilter, token: string): ShownFiles {
  const [shown, show] = useState<Omit<ShownFiles, 'reload'>>(unknown);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wanted = JSON.stringify([filter, token]);
  const delayMs = useRef(leastDelayMs);
  const latest = useRef(wanted);
  latest.current = wanted;

  const load = async () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const since = performance.now();
    const next = await find(filter, token).catch((problem: unknown) => ({ ...unknown, problem }));
    delayMs.current = Math.max(leastDelayMs, restPerWork * (performance.now() - since));
    // Ignore the answer to an earlier query.
    if (latest.current !== wanted) return;
    show((before) => (next.problem === undefined ? next : { ...before, problem: next.problem }));
  };
  const reload = () => {
    timer.current ??= setTimeout(load, delayMs.current);
  };
  useEffect(() => {
    show(unknown);
    void load();
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [wanted]);
  useChanges((changed) => {
    show((before) => ({ ...before, files: before.files && merge(before.files, changed) }));
    // New files appear only on the first page. A page that is being loaded may be older than the change.
    if (changed.look_again || token === '' || isShown(shown.files, changed)) reload();
  });
  return { ...shown, reload: load };
}

async function find(filter: FileFilter, token: string): Promise<Omit<ShownFiles, 'reload'>> {
  const { id, ...rest } = filter;
  const page = id === '' ? await listFiles(parameters(rest, token)) : await findOne(id);
  return { files: page.files, nextToken: page.next_page_token, problem: undefined };
}

function parameters(filter: Omit<FileFilter, 'id'>, token: string): URLSearchParams {
  const page = token === '' ? {} : { page_token: token };
  return new URLSearchParams({ ...filterParameters({ ...filter, id: '' }), ...page });
}

const nothing: FilesPage = { files: [], next_page_token: '', sort_capped: false, searched_to: null };

async function findOne(id: string): Promise<FilesPage> {
  try {
    return { ...nothing, files: [await getFile(id)] };
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'FILE_NOT_FOUND') return nothing;
    throw error;
  }
}

function isShown(files: readonly FileJson[] | undefined, { files: changed, deleted }: ChangedFiles): boolean {
  const ids = new Set([...changed.map(({ id }) => id), ...deleted]);
  return files === undefined || files.some(({ id }) => ids.has(id));
}

function merge(files: readonly FileJson[], changed: ChangedFiles): readonly FileJson[] {
  const news = new Map(changed.files.map((file) => [file.id, file]));
  const deleted = new Set(changed.deleted);
  return files.filter(({ id }) => !deleted.has(id)).map((file) => news.get(file.id) ?? file);
}

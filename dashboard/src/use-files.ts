import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileJson } from '#contract/schemas.ts';
import { type FilesPage, listFiles } from './api.ts';
import { type FileView, requestOf } from './file-filter.ts';
import type { ChangedFiles } from './live/events.ts';
import { useChanges } from './live/use-changes.ts';

export interface ShownFiles {
  /** Undefined until the first answer. */
  readonly page: FilesPage | undefined;
  /** A search is under way whose answer will take the place of what is shown. */
  readonly searching: boolean;
  readonly problem: unknown;
  reload(): void;
}

const leastDelayMs = 1_000;
/** A slow search is repeated less often, so that it takes at most a tenth of the time. */
const restPerWork = 10;

/**
 * Keeps one page of files up to date. A new search ends the one before. Rows change at once; files that enter or leave the
 * list appear when it is reloaded, at most once a second.
 */
export function useFiles(view: FileView, token: string): ShownFiles {
  const [page, show] = useState<FilesPage>();
  const [problem, setProblem] = useState<unknown>();
  const [searching, setSearching] = useState(true);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const running = useRef<AbortController>(undefined);
  const delayMs = useRef(leastDelayMs);
  const wanted = parameters(view, token).toString();

  const stop = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    running.current?.abort();
  };
  const load = async () => {
    stop();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const since = performance.now();
    const answer = await listFiles(new URLSearchParams(wanted), signal).catch((error: unknown) => ({ error }));
    if (signal.aborted) return;
    delayMs.current = Math.max(leastDelayMs, restPerWork * (performance.now() - since));
    setSearching(false);
    setProblem('error' in answer ? answer.error : undefined);
    if (!('error' in answer)) show(answer);
  };
  useEffect(() => {
    setSearching(true);
    void load();
    return stop;
  }, [wanted]);
  useChanges((changed) => {
    show((before) => before && { ...before, files: merge(before.files, changed) });
    // New files appear only on the first page. A page that is being loaded may be older than the change.
    if (changed.look_again || token === '' || isShown(page?.files, changed))
      timer.current ??= setTimeout(load, delayMs.current);
  });
  return { page, searching, problem, reload: load };
}

function parameters({ filter, sort }: FileView, token: string): URLSearchParams {
  const asked = requestOf(filter);
  asked.set('sort', sort);
  asked.set('with_found', 'true');
  if (token !== '') asked.set('page_token', token);
  return asked;
}

function isShown(files: readonly FileJson[] | undefined, { files: changed, deleted }: ChangedFiles): boolean {
  const ids = new Set([...changed.map(({ id }) => id), ...deleted]);
  return files === undefined || files.some(({ id }) => ids.has(id));
}

/** What was found is not among the news. */
function merge(files: readonly FileJson[], changed: ChangedFiles): FileJson[] {
  const news = new Map(changed.files.map((file) => [file.id, file]));
  const deleted = new Set(changed.deleted);
  return files.filter(({ id }) => !deleted.has(id)).map((file) => ({ ...file, ...news.get(file.id) }));
}

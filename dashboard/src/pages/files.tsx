import { useCallback, useEffect, useState } from 'preact/hooks';
import { may } from '../access.ts';
import type { FilesPage as PageOfFiles } from '../api.ts';
import { emptyFilter, type FileView, readView, requestOf, viewParameters } from '../file-filter.ts';
import { hrefWith } from '../file-links.ts';
import { bytes, files as filesWord, time } from '../format.ts';
import { stats } from '../live/events.ts';
import { useAgain } from '../live/use-again.ts';
import { ChosenFilters } from '../parts/chosen-filters.tsx';
import { Empty, NothingYet } from '../parts/empty.tsx';
import { Facets } from '../parts/facets.tsx';
import { FileTable } from '../parts/file-table.tsx';
import { FileViews } from '../parts/file-views.tsx';
import { Link } from '../parts/link.tsx';
import { ListMenus } from '../parts/list-menus.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { SelectionBar } from '../parts/selection-bar.tsx';
import { Shortcuts } from '../parts/shortcuts.tsx';
import { go, hrefOf, query, replace } from '../router.ts';
import { type FileCounts, useFileCounts } from '../use-file-counts.ts';
import { useFiles } from '../use-files.ts';
import { useListKeys } from '../use-list-keys.ts';

export function FilesPage() {
  const view = readView(query.value);
  const token = query.value.get('page_token') ?? '';
  const [round, setRound] = useState(0);
  const [helps, help] = useState(false);
  const { page, searching, problem, reload } = useFiles(view, token);
  const counts = useFileCounts(requestOf(view.filter).toString(), round);
  useListKeys(useCallback(() => help(true), []));
  const search = (q: string) => {
    if (q === view.filter.q) return;
    // What is typed letter by letter is one step of the history.
    const show = view.filter.q === '' ? go : replace;
    show(hrefWith(view, { q }));
  };
  const onDone = () => {
    reload();
    setRound(round + 1);
  };
  useAgain(problem, onDone);
  return (
    <Page title="Files" actions={<ListMenus view={view} onHelp={() => help(true)} />}>
      <FileViews />
      <div class="files-layout">
        <Facets view={view} counts={counts} />
        <div class="files-list" aria-busy={searching}>
          <SearchBox value={view.filter.q} onSearch={search} />
          <ChosenFilters view={view} />
          <ProblemNote problem={problem} />
          {page === undefined && problem === undefined && <Loading lines={8} />}
          {page !== undefined && <List {...{ view, token, page, counts, onDone }} />}
        </div>
      </div>
      {helps && <Shortcuts onClose={() => help(false)} />}
    </Page>
  );
}

interface ListProps {
  readonly view: FileView;
  readonly token: string;
  readonly page: PageOfFiles;
  readonly counts: FileCounts | undefined;
  readonly onDone: () => void;
}

function List({ view, token, page, counts, onDone }: ListProps) {
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const where = query.value.toString();
  useEffect(() => select(new Set()), [where]);
  const canSelect = may('retry') || may('delete');
  const { files, next_page_token: next } = page;
  const chosen = files.filter(({ id }) => selected.has(id));
  const offersAll = chosen.length > 0 && chosen.length === files.length && (next !== '' || token !== '');
  const request = requestOf(view.filter);
  return (
    <>
      <Summary page={page} counts={counts} />
      {files.length === 0 && <Nothing view={view} token={token} page={page} />}
      {files.length > 0 && canSelect && (
        <SelectionBar files={chosen} {...{ offersAll, request, onDone }} howMany={howMany(counts)} />
      )}
      {files.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        <section class="scroller" tabIndex={0} aria-label="List">
          <FileTable files={files} view={view} selected={selected} onSelect={canSelect ? select : undefined} />
        </section>
      )}
      <nav class="actions" aria-label="Pages of the list">
        {token !== '' && <Link href={hrefOf('files', viewParameters(view))}>First page</Link>}
        {next !== '' && (
          <Link href={hrefOf('files', { ...viewParameters(view), page_token: next })}>
            {page.searched_to === null ? 'Next page' : 'Search on'}
          </Link>
        )}
      </nav>
    </>
  );
}

function howMany(counts: FileCounts | undefined): string {
  if (counts === undefined) return 'All files that match';
  return counts.capped || counts.counted_from !== null
    ? `more than ${filesWord(counts.files)}`
    : filesWord(counts.files);
}

/** How much there is, and what of it is shown. */
function Summary({ page, counts }: Pick<ListProps, 'page' | 'counts'>) {
  const isPart = counts !== undefined && (counts.capped || counts.counted_from !== null);
  return (
    <p class="quiet" role="status">
      {counts !== undefined && `${isPart ? 'More than ' : ''}${filesWord(counts.files)}, ${bytes(counts.bytes)}. `}
      {page.sort_capped && 'Sorted are the newest 5,000 that match; narrow the dates to sort others. '}
      {page.searched_to !== null && `Searched so far: back to ${time(page.searched_to)}. `}
    </p>
  );
}

function Nothing({ view, token, page }: Pick<ListProps, 'view' | 'token' | 'page'>) {
  const isFiltered = Object.values(view.filter).some((value) => value !== '');
  if (page.searched_to !== null && page.next_page_token !== '')
    return <Empty icon="files" title="No file matches so far" />;
  if (!isFiltered && token === '' && stats.value !== undefined) return <NothingYet />;
  return (
    <Empty icon="files" title="No file matches">
      <p class="quiet">
        Searched are names, and how ids, SHA-256 hashes of at least 4 digits and types begin; not the text of documents.
      </p>
      <Link href={hrefOf('files', viewParameters({ ...view, filter: emptyFilter }))}>Show all files</Link>
    </Empty>
  );
}

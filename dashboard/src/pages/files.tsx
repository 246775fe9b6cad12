import { useEffect, useState } from 'preact/hooks';
import { may } from '../access.ts';
import { emptyFilter, filterParameters, readFilter } from '../file-filter.ts';
import { stats } from '../live/events.ts';
import { NothingYet } from '../parts/empty.tsx';
import { FileTable } from '../parts/file-table.tsx';
import { Filters } from '../parts/filters.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SelectionBar } from '../parts/selection-bar.tsx';
import { hrefOf, query } from '../router.ts';
import { useFiles } from '../use-files.ts';

export function FilesPage() {
  const filter = readFilter(query.value);
  const token = query.value.get('page_token') ?? '';
  const { files, nextToken, problem, reload } = useFiles(filter, token);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const where = query.value.toString();
  useEffect(() => setSelected(new Set()), [where]);
  const isFiltered = Object.keys(filterParameters(filter)).length > 0;
  const canSelect = may('retry') || may('delete');
  const isEmpty = files?.length === 0;
  return (
    <Page title="Files">
      <Filters key={where} filter={filter} />
      <ProblemNote problem={problem} />
      {files === undefined && problem === undefined && <p>Loading…</p>}
      {isEmpty && (isFiltered || token !== '' || stats.value === undefined) && <NoMatch />}
      {isEmpty && !isFiltered && token === '' && stats.value !== undefined && <NothingYet />}
      {files !== undefined && !isEmpty && (
        <>
          {canSelect && <SelectionBar files={files.filter(({ id }) => selected.has(id))} onDone={reload} />}
          <FileTable files={files} selected={selected} onSelect={canSelect ? setSelected : undefined} />
        </>
      )}
      <nav class="actions" aria-label="Pages of the list">
        {token !== '' && <Link href={hrefOf('files', filterParameters(filter))}>Newest files</Link>}
        {nextToken !== '' && (
          <Link href={hrefOf('files', { ...filterParameters(filter), page_token: nextToken })}>Older files</Link>
        )}
      </nav>
    </Page>
  );
}

function NoMatch() {
  return (
    <p>
      No file matches. <Link href={hrefOf('files', filterParameters(emptyFilter))}>Show all files</Link>
    </p>
  );
}

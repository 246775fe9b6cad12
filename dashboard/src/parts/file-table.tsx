import type { FileJson } from '#contract/schemas.ts';
import { chosenColumns, type FileColumn } from '../file-columns.ts';
import { type FileView, viewParameters } from '../file-filter.ts';
import { hrefOf } from '../router.ts';
import { orderInWords } from './facets.tsx';
import { Link } from './link.tsx';
import { StatusMark } from './status.tsx';

interface FileTableProps {
  readonly files: readonly FileJson[];
  readonly view: FileView;
  readonly selected: ReadonlySet<string>;
  /** Absent where there is nothing to do with a selection. */
  readonly onSelect: ((ids: ReadonlySet<string>) => void) | undefined;
}

export function FileTable({ files, view, selected, onSelect }: FileTableProps) {
  const all = files.every(({ id }) => selected.has(id));
  const selectAll = () => onSelect?.(new Set(all ? [] : files.map(({ id }) => id)));
  const toggle = onSelect && ((id: string) => onSelect(selected.symmetricDifference(new Set([id]))));
  const columns = chosenColumns(view.columns);
  return (
    <table class="stacked file-table">
      <caption class="hidden">Files, {orderInWords(view.sort).toLowerCase()}</caption>
      <thead>
        <tr>
          {onSelect && (
            <th scope="col" class="pick">
              <input type="checkbox" checked={all} onChange={selectAll} aria-label="Select all files of this page" />
            </th>
          )}
          <SortedTitle title="Name" sort="filename" view={view} />
          <th scope="col">State</th>
          {columns.map(({ title, sort, isNumber = false }) => (
            <SortedTitle key={title} title={title} sort={sort} view={view} isNumber={isNumber} />
          ))}
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <FileRow key={file.id} file={file} columns={columns} selected={selected.has(file.id)} onToggle={toggle} />
        ))}
      </tbody>
    </table>
  );
}

interface SortedTitleProps {
  readonly title: string;
  readonly sort: string;
  readonly view: FileView;
  readonly isNumber?: boolean;
}

/** Sorts by the column; a second time in the other direction. Names begin with A, all else with the greatest. */
function SortedTitle({ title, sort, view, isNumber = false }: SortedTitleProps) {
  const look = isNumber ? 'number' : undefined;
  if (sort === '')
    return (
      <th scope="col" class={look}>
        {title}
      </th>
    );
  const [up, down] = [sort, `-${sort}`];
  const first = sort === 'filename' ? up : down;
  const other = first === up ? down : up;
  const direction = view.sort === up ? 'ascending' : view.sort === down ? 'descending' : undefined;
  const href = hrefOf('files', viewParameters({ ...view, sort: view.sort === first ? other : first }));
  return (
    <th scope="col" class={look} aria-sort={direction}>
      <Link href={href} class="sort">
        {title}
        {direction !== undefined && <span aria-hidden="true">{direction === 'ascending' ? ' ↑' : ' ↓'}</span>}
      </Link>
    </th>
  );
}

interface FileRowProps {
  readonly file: FileJson;
  readonly columns: readonly FileColumn[];
  readonly selected: boolean;
  readonly onToggle: ((id: string) => void) | undefined;
}

function FileRow({ file, columns, selected, onToggle }: FileRowProps) {
  return (
    <tr class={selected ? 'selected' : undefined}>
      {onToggle && (
        <td class="pick">
          <input
            type="checkbox"
            checked={selected}
            onChange={() => onToggle(file.id)}
            aria-label={`Select ${file.filename}`}
          />
        </td>
      )}
      <th scope="row" class="name">
        <Link href={hrefOf(`files/${file.id}`)} data-row-link>
          <bdi>{file.filename}</bdi>
        </Link>
        {file.path !== '' && file.path !== file.filename && (
          <small>
            <bdi>{file.path}</bdi>
          </small>
        )}
      </th>
      <td>
        <StatusMark status={file.status} />
        {file.error !== null && <small>{file.error.code}</small>}
      </td>
      {columns.map(({ title, isNumber = false, text }) => (
        <td key={title} class={isNumber ? 'whole number' : 'long'} data-title={title}>
          {text(file)}
        </td>
      ))}
    </tr>
  );
}

import type { FileJson } from '#contract/schemas.ts';
import { bytes, time } from '../format.ts';
import { hrefOf } from '../router.ts';
import { Link } from './link.tsx';
import { StatusMark } from './status.tsx';

interface FileTableProps {
  readonly files: readonly FileJson[];
  readonly selected: ReadonlySet<string>;
  /** Absent where there is nothing to do with a selection. */
  readonly onSelect: ((ids: ReadonlySet<string>) => void) | undefined;
}

export function FileTable({ files, selected, onSelect }: FileTableProps) {
  const all = files.every(({ id }) => selected.has(id));
  const selectAll = () => onSelect?.(new Set(all ? [] : files.map(({ id }) => id)));
  const toggle = onSelect && ((id: string) => onSelect(selected.symmetricDifference(new Set([id]))));
  return (
    <table class="stacked">
      <caption class="hidden">Files, newest first</caption>
      <thead>
        <tr>
          {onSelect && (
            <th scope="col" class="pick">
              <input type="checkbox" checked={all} onChange={selectAll} aria-label="Select all files of this page" />
            </th>
          )}
          <th scope="col">Name</th>
          <th scope="col">State</th>
          <th scope="col">Type</th>
          <th scope="col">Size</th>
          <th scope="col">Uploaded</th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <FileRow key={file.id} file={file} selected={selected.has(file.id)} onToggle={toggle} />
        ))}
      </tbody>
    </table>
  );
}

interface FileRowProps {
  readonly file: FileJson;
  readonly selected: boolean;
  readonly onToggle: ((id: string) => void) | undefined;
}

function FileRow({ file, selected, onToggle }: FileRowProps) {
  return (
    <tr>
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
        <Link href={hrefOf(`files/${file.id}`)}>
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
      <td class="long">{file.mime_type || '–'}</td>
      <td class="whole">{bytes(file.size)}</td>
      <td class="whole">{time(file.created_at)}</td>
    </tr>
  );
}

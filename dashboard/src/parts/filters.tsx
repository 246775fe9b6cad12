import { emptyFilter, type FileFilter, filterParameters, readFilter } from '../file-filter.ts';
import { go, hrefOf } from '../router.ts';
import { Link } from './link.tsx';

const statuses = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'] as const;

const fields: readonly [name: Exclude<keyof FileFilter, 'status'>, label: string, hint: string][] = [
  ['name', 'Name contains', 'report'],
  ['mime_type', 'Type', 'image/*'],
  ['sha256', 'SHA-256', '64 hex digits'],
  ['error_code', 'Error', 'analyzer_timeout'],
  ['id', 'Id', ''],
];

/** The server does the search, and the URL keeps it. */
export function Filters({ filter }: { readonly filter: FileFilter }) {
  const apply = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement) as { get(name: string): string | null };
    go(hrefOf('files', filterParameters(readFilter(given))));
  };
  return (
    <search>
      <form class="filters" onSubmit={apply}>
        {fields.map(([name, label, hint]) => (
          <label key={name}>
            {label}
            <input name={name} defaultValue={filter[name]} placeholder={hint} spellcheck={false} autocomplete="off" />
          </label>
        ))}
        <label>
          State
          <select name="status" defaultValue={filter.status}>
            <option value="">any</option>
            {statuses.map((status) => (
              <option key={status} selected={status === filter.status}>
                {status}
              </option>
            ))}
          </select>
        </label>
        <div class="actions">
          <button type="submit">Search</button>
          <Link href={hrefOf('files', filterParameters(emptyFilter))}>Clear</Link>
        </div>
      </form>
    </search>
  );
}

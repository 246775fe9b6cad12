import { fileStatuses } from '#domain/file-state.ts';
import { findingErrors } from '#domain/findings-filter.ts';
import { emptyFilter, type FileFilter, filterParameters, readFilter } from '../file-filter.ts';
import { go, hrefOf } from '../router.ts';
import { Link } from './link.tsx';

interface Field {
  readonly name: keyof FileFilter;
  readonly label: string;
  readonly hint?: string;
  /** The choices besides any. */
  readonly choices?: readonly (readonly [value: string, text: string])[];
}

const frequent: readonly Field[] = [
  { name: 'name', label: 'Name contains', hint: 'report' },
  { name: 'mime_type', label: 'Type', hint: 'image/*' },
  { name: 'status', label: 'State', choices: fileStatuses.map((status) => [status, status]) },
  { name: 'language', label: 'Language', hint: 'de' },
];

const rare: readonly Field[] = [
  {
    name: 'encrypted',
    label: 'Encrypted',
    choices: [
      ['true', 'yes'],
      ['false', 'no'],
    ],
  },
  {
    name: 'extension_mismatch',
    label: 'Extension',
    choices: [
      ['true', 'of another type'],
      ['false', 'fits the type'],
    ],
  },
  {
    name: 'finding_error',
    label: 'Could not be read',
    choices: findingErrors.map((code) => [code, code === 'any' ? 'for any reason' : code.replaceAll('_', ' ')]),
  },
  { name: 'error_code', label: 'Error', hint: 'analyzer_timeout' },
  { name: 'sha256', label: 'SHA-256', hint: '64 hex digits' },
  { name: 'id', label: 'Id' },
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
      <form onSubmit={apply}>
        <Fields fields={frequent} filter={filter} />
        <details open={rare.some(({ name }) => filter[name] !== '')}>
          <summary>More filters</summary>
          <Fields fields={rare} filter={filter} />
        </details>
        <div class="actions">
          <button type="submit">Search</button>
          <Link href={hrefOf('files', filterParameters(emptyFilter))}>Clear</Link>
        </div>
      </form>
    </search>
  );
}

function Fields({ fields, filter }: { readonly fields: readonly Field[]; readonly filter: FileFilter }) {
  return (
    <div class="filters">
      {fields.map((field) => (
        <Control key={field.name} field={field} value={filter[field.name]} />
      ))}
    </div>
  );
}

function Control({ field, value }: { readonly field: Field; readonly value: string }) {
  const { name, label, hint = '', choices } = field;
  if (choices === undefined)
    return (
      <label>
        {label}
        <input name={name} defaultValue={value} placeholder={hint} spellcheck={false} autocomplete="off" />
      </label>
    );
  return (
    <label>
      {label}
      <select name={name} defaultValue={value}>
        <option value="">any</option>
        {choices.map(([choice, text]) => (
          <option key={choice} value={choice} selected={choice === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

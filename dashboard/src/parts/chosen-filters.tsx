import { emptyFilter, type FileFilter, type FileView, viewParameters } from '../file-filter.ts';
import { hrefWith } from '../file-links.ts';
import { hrefOf } from '../router.ts';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';

const titles: Readonly<Record<Exclude<keyof FileFilter, 'q'>, string>> = {
  name: 'Name contains',
  status: 'State',
  mime_type: 'Type',
  language: 'Language',
  encrypted: 'Encrypted',
  extension_mismatch: 'Extension of another type',
  finding_error: 'Could not be read',
  sha256: 'SHA-256',
  error_code: 'Reason',
  batch: 'Batch',
  from: 'From',
  to: 'To',
};

/** What the list is filtered by, each with a way to be rid of it. */
export function ChosenFilters({ view }: { readonly view: FileView }) {
  const chosen = (Object.keys(titles) as (keyof typeof titles)[]).filter((name) => view.filter[name] !== '');
  if (chosen.length === 0) return null;
  return (
    <ul class="chosen" aria-label="Chosen filters">
      {chosen.map((name) => (
        <li key={name}>
          <Link class="chip" href={hrefWith(view, { [name]: '' })}>
            <span class="hidden">Remove </span>
            {titles[name]}: <bdi>{inWords(view.filter[name])}</bdi>
            <Icon name="close" />
          </Link>
        </li>
      ))}
      {chosen.length > 1 && (
        <li>
          <Link href={hrefOf('files', viewParameters({ ...view, filter: { ...emptyFilter, q: view.filter.q } }))}>
            Remove all
          </Link>
        </li>
      )}
    </ul>
  );
}

function inWords(value: string): string {
  return value === 'true' ? 'yes' : value === 'false' ? 'no' : value;
}

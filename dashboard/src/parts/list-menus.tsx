import { addressOf } from '../base.ts';
import { chosenColumns, fileColumns, toggledColumn } from '../file-columns.ts';
import { type FileView, requestOf, viewParameters } from '../file-filter.ts';
import { go, hrefOf } from '../router.ts';

/** What can be done with the whole list. */
export function ListMenus({ view, onHelp }: { readonly view: FileView; readonly onHelp: () => void }) {
  return (
    <>
      <button type="button" class="facets-button" popovertarget="facets">
        Filters
      </button>
      <Columns view={view} />
      <Export view={view} />
      <button type="button" class="keys-button icon-only" onClick={onHelp}>
        <span aria-hidden="true">?</span>
        <span class="hidden">Keys of this list</span>
      </button>
    </>
  );
}

function Columns({ view }: { readonly view: FileView }) {
  const chosen = new Set(chosenColumns(view.columns).map(({ name }) => name));
  const toggle = (name: string) =>
    go(hrefOf('files', viewParameters({ ...view, columns: toggledColumn(view.columns, name) })));
  return (
    <>
      <button type="button" popovertarget="columns">
        Columns
      </button>
      <div id="columns" popover="auto" class="menu menu-form">
        {fileColumns.map(({ name, title }) => (
          <label key={name}>
            <input type="checkbox" checked={chosen.has(name)} onChange={() => toggle(name)} />
            {title}
          </label>
        ))}
      </div>
    </>
  );
}

function Export({ view }: { readonly view: FileView }) {
  const address = (format: string) =>
    addressOf(`api/v1/files:export?${new URLSearchParams([['format', format], ...requestOf(view.filter)])}`);
  return (
    <>
      <button type="button" popovertarget="export">
        Export
      </button>
      <div id="export" popover="auto" class="menu">
        <a href={address('csv')} download>
          As CSV
        </a>
        <a href={address('ndjson')} download>
          As NDJSON
        </a>
      </div>
    </>
  );
}

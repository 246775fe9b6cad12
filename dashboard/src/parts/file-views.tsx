import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { hrefOf, query } from '../router.ts';
import { toast } from '../toasts.ts';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';

interface SavedView {
  readonly name: string;
  /** The query of the address. */
  readonly search: string;
}

const ready: readonly SavedView[] = [
  { name: 'All', search: '' },
  { name: 'Waiting', search: 'status=PENDING' },
  { name: 'Failed', search: 'status=FAILED' },
];

const stored = 'filemill.views';
const saved = signal(readSaved());

/** Views are addresses: those that everybody has, and those that this browser keeps. */
export function FileViews() {
  const here = shown(query.value);
  return (
    <nav class="tabs file-views" aria-label="Views">
      {ready.map(({ name, search }) => (
        <Link key={name} href={hrefTo(search)} current={here === search}>
          {name}
        </Link>
      ))}
      {saved.value.map(({ name, search }) => (
        <span key={name} class="saved-view">
          <Link href={hrefTo(search)} current={here === search}>
            <bdi>{name}</bdi>
          </Link>
          <button type="button" class="icon-only plain-button" onClick={() => forget(name)}>
            <Icon name="close" />
            <span class="hidden">Forget the view {name}</span>
          </button>
        </span>
      ))}
      {![...ready, ...saved.value].some(({ search }) => search === here) && <SaveView search={here} />}
    </nav>
  );
}

function SaveView({ search }: { readonly search: string }) {
  const panel = useRef<HTMLFormElement>(null);
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get('name') ?? '').trim();
    if (name === '') return;
    keep([...saved.value.filter((view) => view.name !== name), { name, search }]);
    panel.current?.hidePopover();
    toast(`The view ${name} is kept in this browser. Its address opens it anywhere.`);
  };
  return (
    <>
      <button type="button" class="plain-button" popovertarget="save-view">
        Save view…
      </button>
      <form id="save-view" ref={panel} popover="auto" class="menu menu-form" onSubmit={save}>
        <label class="field">
          Name of the view
          <input name="name" required maxLength={40} autocomplete="off" />
        </label>
        <button type="submit" class="primary">
          Save
        </button>
      </form>
    </>
  );
}

/** Without the place in the list. */
function shown(parameters: URLSearchParams): string {
  const view = new URLSearchParams(parameters);
  view.delete('page_token');
  return view.toString();
}

function hrefTo(search: string): string {
  return hrefOf('files', Object.fromEntries(new URLSearchParams(search)));
}

function forget(name: string): void {
  keep(saved.value.filter((view) => view.name !== name));
}

function keep(views: readonly SavedView[]): void {
  saved.value = views;
  localStorage.setItem(stored, JSON.stringify(views));
}

function readSaved(): readonly SavedView[] {
  try {
    const views = JSON.parse(localStorage.getItem(stored) ?? '[]') as readonly Partial<SavedView>[];
    return views.flatMap(({ name, search }) =>
      typeof name === 'string' && typeof search === 'string' ? [{ name, search }] : [],
    );
  } catch {
    return [];
  }
}

import MiniSearch from 'minisearch';
import { element, made } from './elements.ts';
import { excerpt } from './excerpt.ts';
import { type Passage, searchOptions } from './search-options.ts';

declare global {
  /** Left by assets/search-index.js. */
  var guideIndex: string | undefined;
}

const shown = 12;

/** Opens with the button, `/` or Ctrl-K; the arrow keys go through what is found. */
export function offerSearch(root: string): void {
  const button = element('#search', HTMLButtonElement);
  const dialog = element('#finder', HTMLDialogElement);
  const input = element('#finder input', HTMLInputElement);
  const open = () => {
    dialog.showModal();
    input.select();
    void find();
  };
  const find = async () => show(root, input.value, input.value.trim() === '' ? [] : await search(root, input.value));
  button.hidden = false;
  button.addEventListener('click', open);
  input.addEventListener('input', find);
  element('#finder form', HTMLFormElement).addEventListener('submit', (event) => {
    if (event.submitter !== null && document.activeElement !== input) return;
    event.preventDefault();
    dialog.querySelector<HTMLAnchorElement>('li a')?.click();
  });
  dialog.addEventListener('click', ({ target }) => {
    // A link within the page that is open leaves the dialog in its way.
    if (target === dialog || (target instanceof Element && target.closest('a'))) dialog.close();
  });
  dialog.addEventListener('keydown', (event) => walk(event, input));
  document.addEventListener('keydown', (event) => {
    const isWriting = event.target instanceof HTMLInputElement;
    const isAsked = event.key === 'k' ? event.ctrlKey || event.metaKey : event.key === '/' && !isWriting;
    if (!isAsked || dialog.open) return;
    event.preventDefault();
    open();
  });
}

let loading: Promise<MiniSearch> | undefined;

async function search(root: string, words: string): Promise<readonly Passage[]> {
  loading ??= load(`${root}assets/search-index.js`);
  return (await loading).search(words).slice(0, shown) as unknown as Passage[];
}

/** The index is a script, since a page from the disk may not fetch. */
function load(src: string): Promise<MiniSearch> {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src });
    script.addEventListener('load', () => resolve(MiniSearch.loadJSON(globalThis.guideIndex ?? '', searchOptions)));
    script.addEventListener('error', () => reject(new Error('The index of the guide could not be loaded.')));
    document.head.append(script);
  });
}

function show(root: string, words: string, found: readonly Passage[]): void {
  const none = words.trim() === '' ? 'Type a word, such as retention or OVERLOADED.' : 'Nothing was found.';
  element('#finder p', HTMLElement).textContent = found.length === 0 ? none : '';
  element('#finder ol', HTMLOListElement).replaceChildren(...found.map((passage) => item(root, words, passage)));
}

function item(root: string, words: string, { page, heading, address, text }: Passage): HTMLLIElement {
  const link = Object.assign(document.createElement('a'), { href: root + address });
  link.append(made('strong', heading), ...(page === heading ? [] : [made('small', page)]), excerpt(text, words));
  const place = document.createElement('li');
  place.append(link);
  return place;
}

function walk(event: KeyboardEvent, input: HTMLInputElement): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const stops: readonly HTMLElement[] = [input, ...document.querySelectorAll<HTMLAnchorElement>('#finder li a')];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  stops[Math.max(0, at + step)]?.focus();
}

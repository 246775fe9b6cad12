import { computed, signal } from '@preact/signals';
import { addressOf, base } from './base.ts';

const address = signal(new URL(location.href));

window.addEventListener('popstate', () => {
  address.value = new URL(location.href);
});

/** The parts of the path below `ui/`: `/ui/files/ID` is `['files', 'ID']`, the overview is empty. */
export const place = computed(() => {
  const below = address.value.pathname.slice(base.pathname.length).replace(/^ui\/?/, '');
  return below
    .split('/')
    .filter((part) => part !== '')
    .map(decodePart);
});

/** The query of the URL holds the filters, so that a link carries them. */
export const query = computed(() => address.value.searchParams);

export function hrefOf(path: string, parameters: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  const search = new URLSearchParams(given).toString();
  return addressOf(`ui/${path}${search === '' ? '' : `?${search}`}`);
}

export function go(href: string): void {
  history.pushState(null, '', href);
  address.value = new URL(href);
  scrollTo(0, 0);
}

/** Shows the same page for another address, which takes the place of this one in the history. */
export function replace(href: string): void {
  history.replaceState(null, '', href);
  address.value = new URL(href);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const stored = 'filemill.shortcuts';

/** Single letters are in the way of those who speak to their computer: they can be turned off (WCAG 2.2, 2.1.4). */
export const hasShortcuts = signal(localStorage.getItem(stored) !== 'off');

export function setShortcuts(on: boolean): void {
  hasShortcuts.value = on;
  if (on) localStorage.removeItem(stored);
  else localStorage.setItem(stored, 'off');
}

export const searchBox = 'file-search';

/** @param onHelp asked for by `?` */
export function useListKeys(onHelp: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      if (event.key === '/') document.getElementById(searchBox)?.focus();
      else if (event.key === 'j') moveBy(1);
      else if (event.key === 'k') moveBy(-1);
      else if (event.key === 'x') tick();
      else if (event.key === '?') onHelp();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [onHelp]);
}

function isShortcut({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (!hasShortcuts.value || ctrlKey || metaKey || altKey) return false;
  if (document.querySelector('dialog[open], [popover]:popover-open') !== null) return false;
  return !(target instanceof Element && target.matches('input:not([type=checkbox]), textarea, select'));
}

/** The focus is what moves, so that Enter opens, and a screen reader follows. */
function moveBy(step: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('[data-row-link]')];
  const row = document.activeElement?.closest('tr');
  const at = links.findIndex((link) => link.closest('tr') === row);
  const next = at === -1 ? links.at(0) : links[Math.min(links.length - 1, Math.max(0, at + step))];
  next?.focus();
}

function tick(): void {
  document.activeElement?.closest('tr')?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
}

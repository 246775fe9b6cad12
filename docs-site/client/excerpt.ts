import { made } from './elements.ts';

/** Characters around the first word that was found. */
const around = 70;

/** Part of a text, with the words that were looked for marked. */
export function excerpt(text: string, words: string): HTMLElement {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const places = wanted.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0);
  const start = Math.max(0, Math.min(...places, text.length) - around);
  const part = places.length === 0 ? text.slice(0, 2 * around) : text.slice(start, start + 3 * around);
  const line = document.createElement('span');
  line.append(start > 0 && places.length > 0 ? '…' : '', ...marked(part, wanted), '…');
  return line;
}

function marked(text: string, wanted: readonly string[]): (string | HTMLElement)[] {
  const pattern = wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text.split(new RegExp(`(${pattern})`, 'gi')).map((piece, at) => (at % 2 === 1 ? made('mark', piece) : piece));
}

import type { IncompleteUploadsJson } from '#contract/schemas.ts';

/** C0 and C1 controls, DEL, line and paragraph separators, and bidirectional controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are replaced
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Makes untrusted text safe for a terminal: control characters appear as `\u001b`. */
export function printable(text: string, { keepNewlines = false } = {}): string {
  return text.replace(unsafe, (character) =>
    keepNewlines && character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[power]}`;
}

/** `14 ms`, `2.5 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const counts = new Intl.NumberFormat('en-US');

/** `12,345`, the same on every machine. */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** `1 file`, `2 files`. */
export function plural(value: number, word: string): string {
  return `${formatCount(value)} ${word}${value === 1 ? '' : 's'}`;
}

/** `2 incomplete uploads: 1.5 GiB of at most 10 GiB`. */
export function incompleteText({ uploads, bytes, max_bytes: maxBytes }: IncompleteUploadsJson): string {
  const bound = maxBytes === null ? '' : ` of at most ${formatBytes(maxBytes)}`;
  return `${plural(uploads, 'incomplete upload')}: ${formatBytes(bytes)}${bound}`;
}

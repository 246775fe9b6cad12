import { languageCode } from '#domain/findings-filter.ts';

/** Any finding as text. */
export function inWords(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en-US');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (typeof value !== 'object' || value === null) return String(value ?? '–');
  return Object.entries(value)
    .map(([name, part]) => `${name.replaceAll('_', ' ')} ${inWords(part)}`)
    .join(', ');
}

/** `1 file`, `2 files`; undefined unless it is a number. */
export function plural(value: unknown, one: string, many = `${one}s`): string | undefined {
  return typeof value === 'number' ? `${inWords(value)} ${value === 1 ? one : many}` : undefined;
}

/** `German (de)` for `de`. */
export function languageName(code: unknown): string {
  if (typeof code !== 'string' || !languageCode.test(code)) return inWords(code);
  const name = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(code);
  return name === undefined ? code : `${name} (${code})`;
}

/** `4,000 × 3,000`; undefined without both. */
export function pixels(width: unknown, height: unknown): string | undefined {
  return width === undefined || height === undefined ? undefined : `${inWords(width)} × ${inWords(height)}`;
}

/** `2026-03-01 10:20Z` is easier to read than with a T. */
export function moment(time: unknown): string {
  return inWords(time).replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ');
}

/** The parts that there are, one after the other. */
export function joined(parts: readonly unknown[], separator = ', '): string {
  return parts
    .filter((part) => part !== undefined)
    .map(inWords)
    .join(separator);
}

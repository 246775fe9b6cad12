import { languageCode } from '#domain/findings-filter.ts';

/** How each finding is told to people. */

export type Found = Readonly<Record<string, unknown>>;

/** How numbers with a unit are written. */
export interface FactFormat {
  bytes(value: number): string;
  seconds(value: number): string;
}

/** A finding, or several that make one fact. What `show` is undefined for is shown as it is. */
export interface FactRule {
  readonly fields: readonly string[];
  readonly name: string;
  show?(found: Found, format: FactFormat): string | readonly string[];
}

export interface FactRules {
  readonly title: string;
  /** In this order, and before all other findings. */
  readonly rules: readonly FactRule[];
}

/** By the key in `findings`. Findings that no rule names are shown under their own names. */
export const factRules: Readonly<Record<string, FactRules>> = {
  text: {
    title: 'Document',
    rules: [
      ...named('title', 'author', 'subject'),
      { fields: ['language'], name: 'language', show: ({ language }) => languageName(String(language)) },
      ...named('pages', 'sheets', 'slides', 'messages', 'attachments'),
      moment('created'),
      moment('modified'),
      { fields: ['words_unicode'], name: 'Unicode words' },
      { fields: ['words_by_part'], name: 'words by part' },
      ...named('lines', 'characters'),
      {
        fields: ['kept_characters'],
        name: 'text kept',
        show: ({ kept_characters: kept }) => plural(kept, 'character', 'characters') ?? inWords(kept),
      },
    ],
  },
  archive: {
    title: 'Archive',
    rules: [
      {
        fields: ['format', 'compression'],
        name: 'format',
        show: ({ format, compression }) => [format, compression].filter(isGiven).join(' in '),
      },
      {
        fields: ['entries', 'directories'],
        name: 'contents',
        show: ({ entries, directories }) =>
          [plural(entries, 'file', 'files'), plural(directories, 'folder', 'folders')].filter(isGiven).join(', '),
      },
      size('total_size', 'unpacked'),
      size('packed_size', 'packed'),
      { fields: ['ratio'], name: 'ratio', show: ({ ratio }) => `${inWords(ratio)} : 1` },
      { fields: ['largest'], name: 'largest files', show: largest },
      { fields: ['limits'], name: 'listed up to', show: ({ limits }) => `the limit of ${inWords(limits)}` },
    ],
  },
  image: {
    title: 'Image',
    rules: [
      {
        fields: ['width', 'height'],
        name: 'pixels',
        show: ({ width, height }) => `${inWords(width)} × ${inWords(height)}`,
      },
    ],
  },
  media: {
    title: 'Media',
    rules: [
      {
        fields: ['duration'],
        name: 'duration',
        show: ({ duration }, { seconds }) => (typeof duration === 'number' ? seconds(duration) : inWords(duration)),
      },
    ],
  },
  hashes: {
    title: 'Hashes',
    rules: Object.entries({ md5: 'MD5', sha1: 'SHA-1', sha512: 'SHA-512', blake3: 'BLAKE3', crc32c: 'CRC-32C' }).map(
      ([field, name]) => ({ fields: [field], name }),
    ),
  },
  bytes: {
    title: 'Bytes',
    rules: [{ fields: ['entropy'], name: 'entropy', show: ({ entropy }) => `${inWords(entropy)} bits a byte` }],
  },
};

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

function named(...names: string[]): FactRule[] {
  return names.map((name) => ({ fields: [name], name }));
}

/** `2026-03-01 10:20Z` is easier to read than with a T. */
function moment(field: string): FactRule {
  return { fields: [field], name: field, show: (found) => String(found[field]).replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ') };
}

function size(field: string, name: string): FactRule {
  return { fields: [field], name, show: (found, { bytes }) => bytes(Number(found[field])) };
}

function largest({ largest: entries }: Found, { bytes }: FactFormat): string[] {
  return (entries as readonly { readonly name: string; readonly size: number }[]).map(
    (entry) => `${entry.name} (${bytes(entry.size)})`,
  );
}

function languageName(code: string): string {
  if (!languageCode.test(code)) return code;
  const name = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(code);
  return name === undefined ? code : `${name} (${code})`;
}

function plural(value: unknown, one: string, many: string): string | undefined {
  return typeof value === 'number' ? `${inWords(value)} ${value === 1 ? one : many}` : undefined;
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}

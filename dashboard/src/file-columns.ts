import type { FileJson } from '#contract/schemas.ts';
import { between, bytes, count, time } from './format.ts';

export interface FileColumn {
  readonly name: string;
  readonly title: string;
  /** The key that sorts by it; empty where nothing does. */
  readonly sort: string;
  readonly isNumber?: boolean;
  readonly text: (file: FileJson) => string;
}

const unknown = '–';

/** What can stand beside the name and the state. */
export const fileColumns: readonly FileColumn[] = [
  {
    ...{ name: 'type', title: 'Type', sort: '' },
    text: ({ found, mime_type: type }) => found?.description || type || unknown,
  },
  { ...{ name: 'size', title: 'Size', sort: 'size', isNumber: true }, text: ({ size }) => bytes(size) },
  {
    ...{ name: 'words', title: 'Words', sort: 'word_count', isNumber: true },
    text: ({ found }) => known(found?.word_count),
  },
  { ...{ name: 'pages', title: 'Pages', sort: '', isNumber: true }, text: ({ found }) => known(found?.pages) },
  { ...{ name: 'language', title: 'Language', sort: '' }, text: ({ found }) => found?.language ?? unknown },
  {
    ...{ name: 'took', title: 'Took', sort: 'duration', isNumber: true },
    text: ({ created_at, completed_at }) => between(created_at, completed_at),
  },
  { ...{ name: 'uploaded', title: 'Uploaded', sort: 'created_at' }, text: ({ created_at }) => time(created_at) },
];

const usual = ['type', 'size', 'words', 'uploaded'];

function known(value: number | null | undefined): string {
  return value === null || value === undefined ? unknown : count(value);
}

/** @param columns names, joined by commas; empty for the usual ones */
export function chosenColumns(columns: string): readonly FileColumn[] {
  const names = columns === '' ? usual : columns.split(',');
  return fileColumns.filter(({ name }) => names.includes(name));
}

/** With this column, or without it; empty for the usual ones. */
export function toggledColumn(columns: string, name: string): string {
  const names = new Set(chosenColumns(columns).map((column) => column.name)).symmetricDifference(new Set([name]));
  const chosen = fileColumns.flatMap((column) => (names.has(column.name) ? [column.name] : []));
  return chosen.join() === usual.join() ? '' : chosen.join() || 'none';
}

import { printable } from './printable.ts';

export interface Column<T> {
  readonly title: string;
  /** Narrowest width in columns of the terminal; wider cells push the rest aside. */
  readonly width?: number;
  readonly align?: 'right';
  cell(item: T): string;
}

/** Rows as text, aligned by the widest cell among them; the last column is not padded. Cells are made harmless. */
export function tableRows<T>(items: readonly T[], columns: readonly Column<T>[]): string[] {
  const rows = items.map((item) => columns.map((column) => printable(column.cell(item))));
  const widths = columns.map((column, index) =>
    Math.max(column.width ?? 0, ...rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  return rows.map((row) => joinRow(row, columns, widths));
}

/** The titles above rows that `tableRows` makes of the same items. */
export function tableWithTitles<T>(items: readonly T[], columns: readonly Column<T>[]): string[] {
  const withTitles = columns.map((column) => ({
    ...column,
    cell: (item: T | undefined) => (item === undefined ? column.title : column.cell(item)),
  }));
  return tableRows<T | undefined>([undefined, ...items], withTitles);
}

function joinRow<T>(cells: readonly string[], columns: readonly Column<T>[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(cell)));
      if (columns[index]?.align === 'right') return padding + cell;
      return index === cells.length - 1 ? cell : cell + padding;
    })
    .join('  ')
    .trimEnd();
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: printable ASCII needs no segmentation
  if (/^[\u0000-\u007f]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

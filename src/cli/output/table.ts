import { cutText, displayWidth } from './display-width.ts';
import { printable } from './printable.ts';

export interface Column<T> {
  readonly title: string;
  /** Narrowest width in columns of the terminal; wider cells push the rest aside. */
  readonly width?: number;
  readonly align?: 'right';
  /** On a narrow terminal cells are cut to about this width; absent for what is of no use when cut. */
  readonly least?: number;
  /** Shown where the terminal has room for it, the lowest number first. Absent for what has to be there. */
  readonly optional?: number;
  cell(item: T): string;
}

const gap = '  ';
/** What is cut shorter than this tells nothing. */
const leastCut = 4;

/**
 * Rows as text, aligned by the widest cell among them; the last column is not padded. Cells are made harmless.
 *
 * @param available columns of the terminal: what is too wide is cut or left out
 */
export function tableRows<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  available = Number.POSITIVE_INFINITY,
): string[] {
  const fitting = columnsThatFit(columns, available);
  const rows = items.map((item) => fitting.map((column) => printable(column.cell(item))));
  const widths = fitting.map((column, index) =>
    Math.max(column.width ?? 0, ...rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  shrink(widths, fitting, available);
  return rows.map((row) => joinRow(row, fitting, widths));
}

/** The titles above rows that `tableRows` makes of the same items. */
export function tableWithTitles<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  available = Number.POSITIVE_INFINITY,
): string[] {
  const withTitles = columns.map((column) => ({
    ...column,
    cell: (item: T | undefined) => (item === undefined ? column.title : column.cell(item)),
  }));
  return tableRows<T | undefined>([undefined, ...items], withTitles, available);
}

/** Decided by what columns need at the least, so that all rows of a table have the same. */
function columnsThatFit<T>(columns: readonly Column<T>[], available: number): readonly Column<T>[] {
  const optional = columns.filter(({ optional }) => optional !== undefined);
  const shown = new Set(columns.filter((column) => !optional.includes(column)));
  for (const column of optional.sort((one, other) => (one.optional ?? 0) - (other.optional ?? 0)))
    if (widthOf([...shown, column].map(leastWidth)) <= available) shown.add(column);
  return columns.filter((column) => shown.has(column));
}

/** The widest of those that may be cut gives way first. */
function shrink<T>(widths: number[], columns: readonly Column<T>[], available: number): void {
  for (let excess = widthOf(widths) - available; excess > 0; excess--) {
    const flexible = widths.map((width, index) => (columns[index]?.least === undefined ? 0 : width));
    const widest = Math.max(...flexible);
    if (widest <= leastCut) return;
    widths[flexible.indexOf(widest)] = widest - 1;
  }
}

function leastWidth<T>({ title, width, least }: Column<T>): number {
  return least ?? width ?? displayWidth(title);
}

function widthOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
}

function joinRow<T>(cells: readonly string[], columns: readonly Column<T>[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      const fitting = cutText(cell, width);
      const padding = ' '.repeat(Math.max(0, width - displayWidth(fitting)));
      if (columns[index]?.align === 'right') return padding + fitting;
      return index === cells.length - 1 ? fitting : fitting + padding;
    })
    .join(gap)
    .trimEnd();
}

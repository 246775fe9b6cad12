import { cutText, displayWidth } from './display-width.ts';
import { printable } from './printable.ts';
import type { Style } from './terminal.ts';

export interface Column<T> {
  readonly title: string;
  /** The minimum width in terminal columns; wider cells push the rest aside. */
  readonly width?: number;
  readonly align?: 'right';
  /** On a narrow terminal, cells are cut to about this width; absent if cut cells are useless. */
  readonly least?: number;
  /** Shown only if the terminal has room, the lowest number first; absent for required columns. */
  readonly optional?: number;
  cell(item: T): string;
  /** The colour of a cell, where it helps to find what matters. */
  style?(item: T): Style | undefined;
}

/** Colours a text, if its reader sees colours. */
type Paint = (style: Style, text: string) => string;

const gap = '  ';
/** Cells cut shorter than this would say nothing. */
const leastCut = 4;

/**
 * Formats rows, aligned by their widest cells, and made safe for a terminal. The last column is not padded.
 *
 * @param available the width of the terminal, to which rows are cut
 */
export function tableRows<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  available = Number.POSITIVE_INFINITY,
  paint: Paint = (_, text) => text,
): string[] {
  const fitting = columnsThatFit(columns, available);
  const rows = items.map((item) => fitting.map((column) => printable(column.cell(item))));
  const widths = fitting.map((column, index) =>
    Math.max(column.width ?? 0, ...rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  shrink(widths, fitting, available);
  return rows.map((row, n) => {
    const painted = (text: string, column: Column<T> | undefined) => {
      const style = column?.style?.(items[n] as T);
      return style === undefined ? text : paint(style, text);
    };
    return joinRow(row, fitting, widths, painted);
  });
}

/** Formats rows below their titles. */
export function tableWithTitles<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  available = Number.POSITIVE_INFINITY,
  paint?: Paint,
): string[] {
  const withTitles = columns.map((column) => ({
    ...column,
    cell: (item: T | undefined) => (item === undefined ? column.title : column.cell(item)),
    style: (item: T | undefined) => (item === undefined ? undefined : column.style?.(item)),
  }));
  return tableRows<T | undefined>([undefined, ...items], withTitles, available, paint);
}

/** Chooses columns by their minimum widths, so that all rows of a table have the same ones. */
function columnsThatFit<T>(columns: readonly Column<T>[], available: number): readonly Column<T>[] {
  const optional = columns.filter(({ optional }) => optional !== undefined);
  const shown = new Set(columns.filter((column) => !optional.includes(column)));
  for (const column of optional.sort((one, other) => (one.optional ?? 0) - (other.optional ?? 0)))
    if (widthOf([...shown, column].map(leastWidth)) <= available) shown.add(column);
  return columns.filter((column) => shown.has(column));
}

/** Shrinks the widest column that may be cut first. */
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

function joinRow<T>(
  cells: readonly string[],
  columns: readonly Column<T>[],
  widths: readonly number[],
  painted: (text: string, column: Column<T> | undefined) => string,
): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      const fitting = cutText(cell, width);
      const padding = ' '.repeat(Math.max(0, width - displayWidth(fitting)));
      const text = painted(fitting, columns[index]);
      if (columns[index]?.align === 'right') return padding + text;
      return index === cells.length - 1 ? text : text + padding;
    })
    .join(gap)
    .trimEnd();
}

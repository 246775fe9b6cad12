import { cutText } from './display-width.ts';
import { printable } from './printable.ts';
import { type Column, tableRows, tableWithTitles } from './table.ts';
import type { Style, Terminal } from './terminal.ts';

export const formats = ['table', 'wide', 'json', 'ndjson', 'yaml'] as const;
export type Format = (typeof formats)[number];

/** Whether people read it. */
export function isForPeople(format: Format): boolean {
  return format === 'table' || format === 'wide';
}

export interface RecordWriter<T> {
  write(record: T): void;
  /** Must be called after the last record. */
  end(): void;
}

export interface TableStyle<T> {
  readonly columns: readonly Column<T>[];
  /** The columns of `-o wide`, if they are others. */
  readonly wide?: readonly Column<T>[];
  /** Printed as the last column, or below the row on a terminal. */
  readonly remark?: Column<T>;
  /** The text that --quiet prints instead of a row. */
  quiet(record: T): string;
  /** Prints each row as it comes, without titles; otherwise rows are collected and aligned under titles. */
  readonly live?: boolean;
}

/** Prints records to stdout in the requested format. */
export async function recordWriter<T extends object>(
  terminal: Terminal,
  format: Format,
  style: TableStyle<T>,
): Promise<RecordWriter<T>> {
  switch (format) {
    case 'ndjson':
      return { write: (record) => terminal.print(JSON.stringify(record)), end: () => undefined };
    case 'json':
      return jsonArrayWriter(terminal);
    case 'yaml': {
      const { stringify } = await import('yaml');
      return { write: (record) => terminal.print(stringify([record]).trimEnd()), end: () => undefined };
    }
    case 'wide':
    case 'table':
      if (terminal.quiet) return { write: (record) => terminal.print(style.quiet(record)), end: () => undefined };
      return tableWriter(terminal, format === 'wide' ? wideStyle(style) : style, format === 'wide');
  }
}

/** Prints one object, such as statistics, in the requested format; `table` is its form for people. */
export async function printRecord(
  terminal: Terminal,
  format: Format,
  record: object,
  table: () => readonly string[],
): Promise<void> {
  if (isForPeople(format)) for (const line of table()) terminal.print(line);
  else if (format === 'yaml') terminal.print((await import('yaml')).stringify(record).trimEnd());
  else terminal.print(JSON.stringify(record, null, format === 'json' ? 2 : undefined));
}

function jsonArrayWriter<T>(terminal: Terminal): RecordWriter<T> {
  let held: string | undefined;
  return {
    write(record) {
      terminal.print(held === undefined ? '[' : `${held},`);
      held = `  ${JSON.stringify(record)}`;
    },
    end() {
      terminal.print(held === undefined ? '[]' : `${held}\n]`);
    },
  };
}

function wideStyle<T>(style: TableStyle<T>): TableStyle<T> {
  const columns = (style.wide ?? style.columns).map(({ optional: _, ...column }) => column);
  return { ...style, columns };
}

/** @param isWide whether rows may be wider than the terminal, so that nothing is cut or left out */
function tableWriter<T>(terminal: Terminal, style: TableStyle<T>, isWide: boolean): RecordWriter<T> {
  const width = () => (isWide ? Number.POSITIVE_INFINITY : terminal.width);
  return style.live ? liveTableWriter(terminal, style, width) : alignedTableWriter(terminal, style, width);
}

function liveTableWriter<T>(terminal: Terminal, style: TableStyle<T>, widthNow: () => number): RecordWriter<T> {
  return {
    write(record) {
      const width = widthNow();
      const rows = tableRows([record], columnsFor(style, width), width, paintOn(terminal));
      printRows(terminal, width, rows, [record], style);
    },
    end: () => undefined,
  };
}

function paintOn(terminal: Terminal): (style: Style, text: string) => string {
  return (style, text) => terminal.paint(style, text);
}

function columnsFor<T>({ columns, remark }: TableStyle<T>, width: number): readonly Column<T>[] {
  return remark !== undefined && width === Number.POSITIVE_INFINITY ? [...columns, remark] : columns;
}

function printRows<T>(
  terminal: Terminal,
  width: number,
  rows: readonly string[],
  records: readonly T[],
  { remark }: TableStyle<T>,
): void {
  for (const [index, row] of rows.entries()) {
    terminal.print(row);
    const text = width === Number.POSITIVE_INFINITY ? '' : printable(remark?.cell(records[index] as T) ?? '');
    if (text !== '') terminal.print(`  ${cutText(text, width - 2)}`);
  }
}

/** Rows are collected in batches of this size and aligned with each other. */
const gatherRows = 1_000;

function alignedTableWriter<T>(terminal: Terminal, style: TableStyle<T>, widthNow: () => number): RecordWriter<T> {
  let waiting: T[] = [];
  let titled = false;
  function flush(): void {
    const width = widthNow();
    const columns = columnsFor(style, width);
    const [titles, ...rows] = tableWithTitles(waiting, columns, width, paintOn(terminal));
    if (!titled && waiting.length > 0) terminal.print(terminal.paint('bold', titles ?? ''));
    printRows(terminal, width, rows, waiting, style);
    titled = true;
    waiting = [];
  }
  return {
    write(record) {
      waiting.push(record);
      if (waiting.length >= gatherRows) flush();
    },
    end: flush,
  };
}

import { z } from 'zod';

const RowSchema = z.strictObject({
  /** When an interval begins, in minutes since the beginning; rows with the same minute add up. */
  minute: z.coerce.number().min(0),
  files_per_second: z.coerce.number().min(0),
  /** Bytes of each of these files. */
  bytes: z.coerce.number().int().positive(),
});

/** Files that arrive together: so many a second, of one size. */
export interface Arrivals {
  readonly filesPerSecond: number;
  readonly bytes: number;
}

export interface Interval {
  readonly minute: number;
  readonly seconds: number;
  readonly arrivals: readonly Arrivals[];
}

/**
 * Reads a trace of traffic: CSV with the columns `minute,files_per_second,bytes`, or a JSON array of objects with these fields. An
 * interval lasts until the next begins; the last one as long as the one before, and a single one for a day.
 *
 * @throws Error that names the row
 */
export function readTrace(text: string): readonly Interval[] {
  const rows = (text.trimStart().startsWith('[') ? readJson(text) : readCsv(text)).map(checked);
  if (rows.length === 0) throw new Error('The trace has no rows.');
  const minutes = [...new Set(rows.map(({ minute }) => minute))].toSorted((one, other) => one - other);
  const lengths = minutes.slice(1).map((minute, n) => minute - (minutes[n] ?? 0));
  return minutes.map((minute, n) => ({
    minute,
    seconds: 60 * (lengths[n] ?? lengths.at(-1) ?? 24 * 60),
    arrivals: rows
      .filter((row) => row.minute === minute)
      .map(({ files_per_second: filesPerSecond, bytes }) => ({ filesPerSecond, bytes })),
  }));
}

function readJson(text: string): readonly unknown[] {
  return z.array(z.unknown()).parse(JSON.parse(text));
}

function readCsv(text: string): readonly unknown[] {
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const columns = head.split(',').map((name) => name.trim());
  return lines.map((line) => {
    const values = line.split(',').map((value) => value.trim());
    if (values.length !== columns.length)
      throw new Error(`The trace has ${columns.length} columns, and this row has ${values.length}: ${line}`);
    return Object.fromEntries(columns.map((name, n) => [name, values[n]]));
  });
}

function checked(row: unknown, n: number): z.infer<typeof RowSchema> {
  const read = RowSchema.safeParse(row);
  if (read.success) return read.data;
  throw new Error(`Row ${n + 1} of the trace is not understood. ${z.prettifyError(read.error)}`);
}

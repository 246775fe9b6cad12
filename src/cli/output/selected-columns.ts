import { InvalidArgumentError } from 'commander';
import { type FileColumn, type FileColumnName, fileColumnNames, fileColumns } from './file-columns.ts';
import type { FileLine } from './file-line.ts';
import type { Terminal } from './terminal.ts';
import { type Format, isForPeople, type RecordWriter, recordWriter, type TableStyle } from './writer.ts';

/** Reads `id,name,size`. */
export function columnNames(text: string): readonly FileColumnName[] {
  const names = text.toLowerCase().split(',');
  const unknown = names.find((name) => !fileColumnNames.some((known) => known === name));
  if (unknown === undefined) return names as FileColumnName[];
  throw new InvalidArgumentError(`There is no column "${unknown}". Those there are: ${fileColumnNames.join(', ')}.`);
}

/** Prints files with the columns that were chosen, or as `style` has it. In JSON and YAML, columns become fields. */
export async function filesWriter(
  terminal: Terminal,
  format: Format,
  style: TableStyle<FileLine>,
  chosen: readonly FileColumnName[] | undefined,
): Promise<RecordWriter<FileLine>> {
  if (chosen === undefined) return await recordWriter(terminal, format, style);
  if (isForPeople(format)) return await recordWriter(terminal, format, chosenStyle(style, chosen));
  const writer = await recordWriter<object>(terminal, format, { columns: [], quiet: () => '' });
  const record = (file: FileLine) => Object.fromEntries(chosen.map((name) => [name, columnOf(name).value(file)]));
  return { write: (file) => writer.write(record(file)), end: () => writer.end() };
}

function chosenStyle({ quiet, live }: TableStyle<FileLine>, chosen: readonly FileColumnName[]): TableStyle<FileLine> {
  return { columns: chosen.map(columnOf), quiet, ...(live && { live }) };
}

function columnOf(name: FileColumnName): FileColumn {
  return fileColumns[name];
}

import { isEncrypted, languageOf } from '#contract/findings.ts';
import type { FileLine } from './file-line.ts';
import { localClock, localTime } from './local-time.ts';
import { formatBytes, formatCount, formatDuration, plural } from './printable.ts';
import type { Column } from './table.ts';
import type { Style } from './terminal.ts';

/** A column of --columns. */
export interface FileColumn extends Column<FileLine> {
  /** Its value in JSON and YAML. */
  value(file: FileLine): unknown;
}

/** The columns that a table of files may have, by their names. */
export const fileColumns = {
  id: { title: 'ID', width: 36, cell: (file) => file.id ?? '', value: ({ id }) => id },
  name: { title: 'NAME', width: 24, least: 12, cell: nameOf, value: nameOf },
  status: { title: 'STATUS', width: 10, cell: statusOf, value: ({ status }) => status, style: styleOf },
  /** In words, which can be cut. */
  type: { title: 'TYPE', width: 8, least: 8, cell: typeText, value: ({ result }) => result?.description ?? null },
  mime: {
    title: 'MIME TYPE',
    width: 10,
    least: 8,
    cell: (file) => file.mime_type ?? '',
    value: (file) => file.mime_type,
  },
  words: countColumn('WORDS', ({ result }) => (result === null ? undefined : (result.word_count ?? null))),
  lines: countColumn('LINES', ({ result }) => (result === null ? undefined : (result.line_count ?? null))),
  pages: countColumn('PAGES', (file) => numberOf(textOf(file)?.pages)),
  language: plainColumn('LANGUAGE', ({ result }) => (result === null ? null : (languageOf(result) ?? null))),
  encrypted: plainColumn('ENCRYPTED', ({ result }) => (result === null ? null : (isEncrypted(result) ?? null))),
  title: { title: 'TITLE', least: 12, cell: titleOf, value: (file) => titleOf(file) || null },
  sha256: { title: 'SHA-256', width: 64, least: 9, cell: (file) => file.sha256 ?? '', value: (file) => file.sha256 },
  size: { title: 'SIZE', width: 8, align: 'right', cell: sizeOf, value: ({ size }) => size },
  attempt: {
    title: 'TRY',
    width: 3,
    align: 'right',
    cell: (file) => String(file.attempt),
    value: (file) => file.attempt,
  },
  time: { title: 'TIME', width: 8, align: 'right', cell: elapsed, value: secondsOf },
  created: timeColumn('CREATED', ({ created_at: at }) => at),
  updated: timeColumn('UPDATED', ({ updated_at: at }) => at),
  completed: timeColumn('ENDED', ({ completed_at: at }) => at),
  tenant: plainColumn('TENANT', ({ tenant }) => tenant),
  request: plainColumn('REQUEST', ({ request_id: id }) => id),
  reason: { title: 'REASON', least: 12, cell: reasonOf, value: ({ error }) => error },
} as const satisfies Readonly<Record<string, FileColumn>>;

export type FileColumnName = keyof typeof fileColumns;

export const fileColumnNames = Object.keys(fileColumns) as FileColumnName[];

/** The columns of tables whose form fits one kind of command. */
export const narrowColumns = {
  /** With the state of a file that has no result. */
  found: { title: 'TYPE', width: 18, least: 10, cell: (file) => typeText(file) || statusOf(file), style: styleOf },
  words: {
    ...{ title: 'WORDS', width: 12, optional: 4, align: 'right' },
    cell: ({ result }) => (result === null ? '' : result.word_count === null ? '–' : plural(result.word_count, 'word')),
  },
  sha256: {
    ...{ title: 'SHA-256', width: 9, optional: 6 },
    cell: ({ sha256: digits }) => (digits === null ? '' : `${digits.slice(0, 8)}…`),
  },
  changed: { title: 'CHANGED', width: 15, optional: 1, cell: ({ updated_at: at }) => localClock(at) },
} as const satisfies Readonly<Record<string, Column<FileLine>>>;

function nameOf({ path, filename }: FileLine): string {
  return path || filename;
}

function statusOf({ status }: FileLine): string {
  return status ?? 'NOT SENT';
}

/** What asks for attention; what is as it should be has no colour. */
function styleOf({ status }: FileLine): Style | undefined {
  if (status === 'COMPLETED') return undefined;
  return status === 'FAILED' || status === null ? 'red' : 'cyan';
}

/** Results of earlier versions have no words for it. Empty without a result. */
function typeText({ result, mime_type: type }: FileLine): string {
  return result === null ? '' : (result.description ?? type ?? '');
}

/** What was found in a document, as some version of an analyser called it. */
function textOf({ result }: FileLine): Readonly<Record<string, unknown>> | undefined {
  return result?.findings?.text;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function titleOf(file: FileLine): string {
  const title = textOf(file)?.title;
  return typeof title === 'string' ? title : '';
}

function sizeOf({ size }: FileLine): string {
  return size === null ? '' : formatBytes(size);
}

function reasonOf({ error }: FileLine): string {
  return error === null ? '' : `${error.code}: ${error.message}`;
}

/** From the moment when it was accepted to its end. */
function secondsOf({ created_at: from, completed_at: until }: FileLine): number | null {
  return from === null || until === null ? null : (Date.parse(until) - Date.parse(from)) / 1_000;
}

function elapsed(file: FileLine): string {
  const seconds = secondsOf(file);
  return seconds === null ? '' : formatDuration(seconds * 1_000);
}

/** @param count undefined when it is not known yet, null when there is none */
function countColumn(title: string, count: (file: FileLine) => number | null | undefined): FileColumn {
  const text = (value: number | null | undefined) =>
    value === null ? '–' : value === undefined ? '' : formatCount(value);
  return { title, width: 6, align: 'right', cell: (file) => text(count(file)), value: (file) => count(file) ?? null };
}

function timeColumn(title: string, at: (file: FileLine) => string | null): FileColumn {
  return { title, width: 20, cell: (file) => localTime(at(file)), value: at };
}

function plainColumn(title: string, value: (file: FileLine) => string | boolean | null): FileColumn {
  const text = { true: 'yes', false: 'no', null: '' } as const;
  const cell = (file: FileLine) => {
    const known = value(file);
    return typeof known === 'string' ? known : text[`${known}`];
  };
  return { title, width: title.length, cell, value };
}

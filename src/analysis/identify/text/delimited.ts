import { type Guess, likely, type Page, possible } from './reading.ts';

/** Tables: values between commas, semicolons or tabs. */
export function delimited(page: Page): Guess | undefined {
  const { text, extension } = page;
  const table = text.startsWith('#') ? text.replace(leadingComments, '') : text;
  const firstLine = table.slice(0, firstLineEnd(table));
  let seen: Guess | undefined;
  for (const [delimiter, mime, extensions] of forms) {
    // Most texts are not tables, so a text without delimiter or extension is not parsed.
    const isNamed = extensions.includes(extension);
    if (!isNamed && (!firstLine.includes(delimiter) || sentenceLike.test(firstLine))) continue;
    const guess = judge(table, page, delimiter, mime);
    if (guess?.verdict === 'likely') return guess;
    seen ??= guess;
  }
  return seen;
}

const leadingComments = /^(?:#[^\r\n]*[\r\n]+){1,50}/;

const forms: readonly (readonly [delimiter: string, mime: string, extensions: readonly string[]])[] = [
  [',', 'text/csv', ['csv']],
  [';', 'text/csv', ['csv']],
  ['\t', 'text/tab-separated-values', ['tsv', 'tab']],
];

/** More than three words, of which the last has a comma or a semicolon and a space behind it. */
const sentenceLike = /^[^,;\t"]{0,80}[^\s,;"]+ [^\s,;"]+ [^\s,;"]+ [^\s,;"]+[,;] \S/;

function firstLineEnd(body: string): number {
  const end = body.slice(0, 65_536).search(/[\r\n]/);
  return Math.max(end, 0);
}

/** The most records that are parsed. */
const maxRecords = 100;

/**
 * A table is likely when at least three records have the same number of fields, two or more, and the
 * delimiters are not those of prose ("one, two") or code (all at the end, or all at the start, of lines).
 */
function judge(text: string, { truncated }: Page, delimiter: string, mime: string): Guess | undefined {
  const records = parse(text, truncated, delimiter);
  if (records === undefined) return undefined;
  const fields = records[0]?.length ?? 0;
  const wanted = fields >= 5 ? 2 : 3;
  if (records.length < wanted || fields < 2 || records.some((record) => record.length !== fields))
    return possible(mime);
  return isLikeCode(records, delimiter) || isLikeProse(records, delimiter) ? possible(mime) : likely(mime);
}

/** Statements and their arguments, and lists of addresses and names (hosts), are not tables. */
function isLikeCode(records: readonly (readonly string[])[], delimiter: string): boolean {
  const all = records.flat();
  if (records.every((record) => record[0] === '')) return true;
  const isShort = delimiter === ';' || records[0]?.length === 2;
  if (isShort && records.every((record) => record.at(-1) === '')) return true;
  const code = all.filter((field) => /^[^"]*(?:[{}]| = |\w\(\w|->|::|\/\/ |\/\*)/.test(field.slice(0, 200))).length;
  if (code * 6 > all.length) return true;
  return records.every((record) =>
    /^(?:#|(?:\d{1,3}\.){3}\d{1,3}$|[\da-f]*:[\da-f:]*(?:%\w+)?$)/.test(record[0] ?? ''),
  );
}

function isLikeProse(records: readonly (readonly string[])[], delimiter: string): boolean {
  const all = records.flat();
  const spaced = all.filter((field) => field.startsWith(' '));
  if (spaced.length * 4 <= all.length) return false;
  // Many tables have a space behind each delimiter; sentences do, too, but have no numbers in columns.
  const sentences = all.filter((field) => field.trim().split(' ', 4).length > 3).length;
  const numbers = all.filter((field) => /^\s*-?(?:[\d.:/-]+|0x[\da-f]+)\s*$/i.test(field)).length;
  return delimiter === '\t' || sentences * 5 > all.length || numbers * 4 < all.length;
}

/**
 * Parses RFC 4180 with any delimiter, up to the first record of another length; undefined when a quoted field is malformed.
 */
function parse(text: string, truncated: boolean, delimiter: string): string[][] | undefined {
  const field = new RegExp(
    `("(?:[^"]|"")*"|[^"${delimiter}\\r\\n][^${delimiter}\\r\\n]*|)(${delimiter}|\\r?\\n|\\r|$)`,
    'y',
  );
  const records: string[][] = [];
  let record: string[] = [];
  while (field.lastIndex < text.length && records.length < maxRecords) {
    const [, value, end] = field.exec(text) ?? [];
    // A field that the end of the sample cuts off is no error.
    if (value === undefined) return truncated && records.length > 0 ? records : undefined;
    record.push(value);
    if (end === delimiter) continue;
    if (record.length > 1 || value !== '') records.push(record);
    if (record.length !== records[0]?.length && (record.length > 1 || value !== '')) return records;
    record = [];
  }
  if (truncated && field.lastIndex >= text.length) records.pop();
  return records;
}

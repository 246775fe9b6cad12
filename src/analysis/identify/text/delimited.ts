import type { Reading, TextSample, Verdict } from './reading.ts';

export const csv: Reading = {
  mime: 'text/csv',
  extensions: ['csv'],
  judge: (sample) => best(judge(sample, csv, ','), judge(sample, csv, ';')),
};

export const tsv: Reading = {
  mime: 'text/tab-separated-values',
  extensions: ['tsv', 'tab'],
  judge: (sample) => judge(sample, tsv, '\t'),
};

/** The most records that are parsed. */
const maxRecords = 200;

/**
 * A table is likely when at least three records have the same number of fields, two or more, and the
 * delimiters are not those of prose ("one, two") or code (all at the end, or all at the start, of lines).
 */
function judge(sample: TextSample, reading: Reading, delimiter: string): Verdict {
  const firstLine = sample.text.slice(0, Math.max(0, sample.text.indexOf('\n')));
  // Most texts are not tables, so a text without delimiter or extension is not parsed.
  if (!firstLine.includes(delimiter) && !reading.extensions.includes(sample.extension)) return 'no';
  const records = parse(sample, delimiter);
  if (records === undefined) return 'no';
  const fields = records[0]?.length ?? 0;
  if (records.length < 3 || fields < 2 || records.some((record) => record.length !== fields)) return 'possible';
  const all = records.flat();
  const likeCode = records.every((record) => record[0] === '') || records.every((record) => record.at(-1) === '');
  const likeProse = all.filter((field) => field.startsWith(' ')).length * 4 > all.length;
  return likeCode || likeProse ? 'possible' : 'likely';
}

/**
 * Parses RFC 4180 with any delimiter, up to the first record of another length; undefined when a quoted field is malformed.
 */
function parse({ text, truncated }: TextSample, delimiter: string): string[][] | undefined {
  const field = new RegExp(
    `("(?:[^"]|"")*"|[^"${delimiter}\\r\\n][^${delimiter}\\r\\n]*|)(${delimiter}|\\r?\\n|$)`,
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
    if (record.length !== records[0]?.length) return records;
    record = [];
  }
  if (truncated && field.lastIndex >= text.length) records.pop();
  return records;
}

function best(a: Verdict, b: Verdict): Verdict {
  if (a === 'likely' || b === 'likely') return 'likely';
  return a === 'possible' || b === 'possible' ? 'possible' : 'no';
}

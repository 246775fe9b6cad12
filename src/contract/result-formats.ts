import type { Result } from '#gen/filemill/v1/result_service_pb.ts';
import { csvRecord } from './csv.ts';
import { findingErrorsOf, isEncrypted, languageOf } from './findings.ts';
import { resultToJson } from './json.ts';
import type { ResultJson } from './schemas.ts';

/**
 * The columns of RFC 4180 records. Fields that a spreadsheet would take for a formula (`=1+1.txt`) are left as they
 * are, as programs read this data back.
 */
const columns: readonly (readonly [name: string, value: (result: ResultJson) => unknown])[] = [
  ['file_id', ({ file_id }) => file_id],
  ['filename', ({ filename }) => filename],
  ['path', ({ path }) => path],
  ['created_at', ({ created_at }) => created_at],
  ['size', ({ output }) => output.size],
  ['mime_type', ({ output }) => output.mime_type],
  ['word_count', ({ output }) => output.word_count],
  ['sha256', ({ output }) => output.sha256],
  ['description', ({ output }) => output.description],
  ['confidence', ({ output }) => output.confidence],
  ['extension_mismatch', ({ output }) => output.extension_mismatch],
  ['word_count_of', ({ output }) => output.word_count_of],
  ['charset', ({ output }) => output.charset],
  ['language', ({ output }) => languageOf(output)],
  ['title', ({ output }) => output.findings?.text?.title],
  ['author', ({ output }) => output.findings?.text?.author],
  ['pages', ({ output }) => output.findings?.text?.pages],
  ['encrypted', ({ output }) => isEncrypted(output)],
  [
    'finding_errors',
    ({ output }) =>
      findingErrorsOf(output)
        .map(([kind, { code }]) => `${kind}:${code}`)
        .join(' '),
  ],
];

/** Empty for what is not known. */
function csvLine(result: Result): string {
  const shown = resultToJson(result);
  return csvRecord(columns.map(([, value]) => String(value(shown) ?? '')));
}

/** How results are exported. */
export interface ResultFormat {
  /** The media type. */
  readonly type: string;
  /** What comes before the first result. */
  readonly head: string;
  readonly line: (result: Result) => string;
}

export const resultFormats = {
  ndjson: {
    type: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (result: Result) => `${JSON.stringify(resultToJson(result))}\n`,
  },
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: csvRecord(columns.map(([name]) => name)),
    line: csvLine,
  },
} as const satisfies Record<string, ResultFormat>;

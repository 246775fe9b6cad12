import { Readable } from 'node:stream';
import { z } from 'zod';
import { findingErrorsOf, isEncrypted, languageOf } from '#contract/findings.ts';
import { resultToJson } from '#contract/json.ts';
import type { ResultJson } from '#contract/schemas.ts';
import type { ExportResultsResponse, Result } from '#gen/filemill/v1/result_service_pb.ts';
import type { Backend } from '../backend.ts';
import { csvRecord } from '../http/csv.ts';
import { findingsOf, findingsParameters, mimeTypeParameter } from '../http/query.ts';
import { route } from '../http/route.ts';

export function exportResults({ result }: Backend) {
  return route({
    name: 'exportResults',
    method: 'GET',
    path: '/api/v1/export',
    tag: 'Results',
    summary: 'Export results',
    description: 'Exports every result that exists when the request arrives, those of the oldest files first.',
    query: {
      format: z
        .enum(['ndjson', 'csv'], 'must be ndjson or csv')
        .default('ndjson')
        .describe('The format of each result.'),
      ...mimeTypeParameter,
      ...findingsParameters,
    },
    answers: {
      200: {
        description: 'One result per line; an answer that breaks off is incomplete.',
        types: Object.values(formats).map(({ type }) => type),
      },
    },
    async handle({ query, request, reply, onward }) {
      const { type, head, line } = formats[query.format];
      const headers = { 'content-type': type, 'content-disposition': `attachment; filename="results.${query.format}"` };
      if (request.method === 'HEAD') return reply.headers(headers).send(Readable.from([]));
      const answer = result.exportResults({ mimeType: query.mime_type ?? '', findings: findingsOf(query) }, onward);
      const batches = answer[Symbol.asyncIterator]();
      // A refusal comes with the first batch, while the answer can still be a problem.
      const first = await batches.next();
      return reply.headers(headers).send(Readable.from(lines(first, batches, { head, line }), { objectMode: false }));
    },
  });
}

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

interface Format {
  readonly head: string;
  readonly line: (result: Result) => string;
}

const formats = {
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
} as const;

/** Yields one buffer per batch; the next batch is read when the client has room. */
async function* lines(
  first: IteratorResult<ExportResultsResponse>,
  batches: AsyncIterator<ExportResultsResponse>,
  { head, line }: Format,
): AsyncGenerator<Buffer> {
  if (head !== '') yield Buffer.from(head);
  try {
    for (let next = first; !next.done; next = await batches.next())
      yield Buffer.from(next.value.results.map(line).join(''));
  } finally {
    await batches.return?.();
  }
}

import { Readable } from 'node:stream';
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { resultToJson } from '#contract/json.ts';
import type { ExportResultsResponse, Result } from '#gen/filemill/v1/result_service_pb.ts';
import type { Backend } from '../backend.ts';
import { mimeTypeParameter } from '../http/query.ts';
import { route } from '../http/route.ts';

export function exportResults({ result }: Backend) {
  return route({
    name: 'exportResults',
    method: 'GET',
    path: '/api/v1/export',
    summary: 'Exports every result that exists when the request arrives, oldest files first.',
    query: {
      format: z
        .enum(['ndjson', 'csv'], 'must be ndjson or csv')
        .default('ndjson')
        .describe('The format of each result.'),
      ...mimeTypeParameter,
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
      const answer = result.exportResults({ mimeType: query.mime_type ?? '' }, onward);
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
const columns: readonly (readonly [name: string, value: (result: Result) => string])[] = [
  ['file_id', ({ fileId }) => fileId],
  ['filename', ({ filename }) => filename],
  ['path', ({ path }) => path],
  ['created_at', ({ createdAt }) => time(createdAt)],
  ['size', ({ size }) => String(size)],
  ['mime_type', ({ mimeType }) => mimeType],
  // Empty for binary files.
  ['word_count', ({ wordCount }) => String(wordCount ?? '')],
  ['sha256', ({ sha256 }) => sha256],
];

function record(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\r\n`;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function time(timestamp: Timestamp | undefined): string {
  return timestamp === undefined ? '' : timestampDate(timestamp).toISOString();
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
    head: record(columns.map(([name]) => name)),
    line: (result: Result) => record(columns.map(([, value]) => value(result))),
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

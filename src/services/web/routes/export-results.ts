import { Readable } from 'node:stream';
import { z } from 'zod';
import { resultToJson } from '#contract/json.ts';
import type { ExportResultsResponse, Result } from '#gen/filemill/v1/result_service_pb.ts';
import type { Backend } from '../backend.ts';
import { csvHeader, csvRecord } from '../http/csv.ts';
import { mimeTypeParameter } from '../http/query.ts';
import { route } from '../http/route.ts';

export function exportResults({ result }: Backend) {
  return route({
    name: 'exportResults',
    method: 'GET',
    path: '/api/v1/export',
    summary: 'Every result that was saved when the request came, those of the oldest files first.',
    query: {
      format: z
        .enum(['ndjson', 'csv'], 'must be ndjson or csv')
        .default('ndjson')
        .describe('How to write each result.'),
      ...mimeTypeParameter,
    },
    answers: {
      200: {
        description: 'One result a line; an answer that breaks off is not whole.',
        types: Object.values(formats).map(({ type }) => type),
      },
    },
    async handle({ query, request, reply, onward }) {
      const { type, head, line } = formats[query.format];
      const headers = { 'content-type': type, 'content-disposition': `attachment; filename="results.${query.format}"` };
      if (request.method === 'HEAD') return reply.headers(headers).send(Readable.from([]));
      const answer = result.exportResults({ mimeType: query.mime_type ?? '' }, onward);
      const batches = answer[Symbol.asyncIterator]();
      // What is refused is refused with the first batch, while the answer can still be a problem.
      const first = await batches.next();
      return reply.headers(headers).send(Readable.from(lines(first, batches, { head, line }), { objectMode: false }));
    },
  });
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
  csv: { type: 'text/csv; charset=utf-8; header=present', head: csvHeader, line: csvRecord },
} as const;

/** One piece for each batch; the next is asked for when the reader has room. */
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

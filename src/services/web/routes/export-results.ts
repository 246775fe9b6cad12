import { Readable } from 'node:stream';
import { z } from 'zod';
import { type ResultFormat, resultFormats } from '#contract/result-formats.ts';
import type { ExportResultsResponse } from '#gen/filemill/v1/result_service_pb.ts';
import type { Backend } from '../backend.ts';
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
        types: Object.values(resultFormats).map(({ type }) => type),
      },
    },
    mayBeStale: true,
    async handle({ query, request, reply, onward }) {
      const format = resultFormats[query.format];
      const headers = {
        'content-type': format.type,
        'content-disposition': `attachment; filename="results.${query.format}"`,
      };
      if (request.method === 'HEAD') return reply.headers(headers).send(Readable.from([]));
      const answer = result.exportResults({ mimeType: query.mime_type ?? '', findings: findingsOf(query) }, onward);
      const batches = answer[Symbol.asyncIterator]();
      // A refusal comes with the first batch, while the answer can still be a problem.
      const first = await batches.next();
      return reply.headers(headers).send(Readable.from(lines(first, batches, format), { objectMode: false }));
    },
  });
}

/** Yields one buffer per batch; the next batch is read when the client has room. */
async function* lines(
  first: IteratorResult<ExportResultsResponse>,
  batches: AsyncIterator<ExportResultsResponse>,
  { head, line }: ResultFormat,
): AsyncGenerator<Buffer> {
  if (head !== '') yield Buffer.from(head);
  try {
    for (let next = first; !next.done; next = await batches.next())
      yield Buffer.from(next.value.results.map(line).join(''));
  } finally {
    await batches.return?.();
  }
}

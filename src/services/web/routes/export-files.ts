import { Readable } from 'node:stream';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { z } from 'zod';
import { csvRecord } from '#contract/csv.ts';
import { listedFileToJson } from '#contract/json.ts';
import type { FileJson } from '#contract/schemas.ts';
import type { FileFilterSchema, ListFilesResponse } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { Backend } from '../backend.ts';
import { fileFilterParameters, filterOf } from '../http/query.ts';
import { route } from '../http/route.ts';

export function exportFiles(backend: Backend) {
  return route({
    name: 'exportFiles',
    method: 'GET',
    path: '/api/v1/files:export',
    tag: 'Files',
    summary: 'Export files',
    description: 'Exports the files that match, newest first, with what lists show of their results.',
    query: {
      format: z.enum(['ndjson', 'csv'], 'must be ndjson or csv').default('ndjson').describe('The format of each file.'),
      ...fileFilterParameters,
    },
    answers: {
      200: {
        description: 'One file per line; an answer that breaks off is incomplete.',
        types: Object.values(formats).map(({ type }) => type),
      },
    },
    problems: ['FILTER_TOO_BROAD'],
    mayBeStale: true,
    async handle({ query, request, reply, onward }) {
      const { type, head, line } = formats[query.format];
      const headers = { 'content-type': type, 'content-disposition': `attachment; filename="files.${query.format}"` };
      if (request.method === 'HEAD') return reply.headers(headers).send(Readable.from([]));
      const pages = pagesOf(backend, filterOf(query), onward);
      // A refusal comes with the first page, while the answer can still be a problem.
      const first = await pages.next();
      return reply.headers(headers).send(Readable.from(linesOf(first, pages, { head, line }), { objectMode: false }));
    },
  });
}

/** Each page is asked for when the client has room, so that nothing is held for a client that reads slowly. */
async function* pagesOf(
  { metadata }: Backend,
  filter: MessageInitShape<typeof FileFilterSchema>,
  onward: CallOptions,
): AsyncGenerator<ListFilesResponse, void, void> {
  let pageToken = '';
  do {
    const page = await metadata.listFiles({ filter, pageToken, pageSize: 1_000, withFound: true }, onward);
    yield page;
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

interface Format {
  readonly head: string;
  readonly line: (file: FileJson) => string;
}

async function* linesOf(
  first: IteratorResult<ListFilesResponse, void>,
  pages: AsyncGenerator<ListFilesResponse, void, void>,
  { head, line }: Format,
): AsyncGenerator<Buffer> {
  if (head !== '') yield Buffer.from(head);
  for (let next = first; next.done !== true; next = await pages.next())
    yield Buffer.from(next.value.files.map((file) => line(listedFileToJson(file))).join(''));
}

const columns: readonly (readonly [name: string, value: (file: FileJson) => unknown])[] = [
  ['id', ({ id }) => id],
  ['filename', ({ filename }) => filename],
  ['path', ({ path }) => path],
  ['status', ({ status }) => status],
  ['size', ({ size }) => size],
  ['mime_type', ({ mime_type }) => mime_type],
  ['description', ({ found }) => found?.description],
  ['word_count', ({ found }) => found?.word_count],
  ['pages', ({ found }) => found?.pages],
  ['language', ({ found }) => found?.language],
  ['sha256', ({ sha256 }) => sha256],
  ['error_code', ({ error }) => error?.code],
  ['error_message', ({ error }) => error?.message],
  ['created_at', ({ created_at }) => created_at],
  ['completed_at', ({ completed_at }) => completed_at],
];

const formats = {
  ndjson: {
    type: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (file: FileJson) => `${JSON.stringify(file)}\n`,
  },
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: csvRecord(columns.map(([name]) => name)),
    // Empty for what is not known.
    line: (file: FileJson) => csvRecord(columns.map(([, value]) => String(value(file) ?? ''))),
  },
} as const;

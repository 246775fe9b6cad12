import { Readable } from 'node:stream';
import type { GetTextResponse } from '#gen/filemill/v1/result_service_pb.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

const type = 'text/plain; charset=utf-8';

export function getFileText({ result }: Backend) {
  return route({
    name: 'getFileText',
    method: 'GET',
    path: '/api/v1/files/{id}/text',
    tag: 'Results',
    summary: 'Get the text of a file',
    description:
      'Gets the text that was extracted from a file, as UTF-8. Texts are kept only if the workers are set to ' +
      '(`FILEMILL_KEEP_TEXT`).',
    answers: { 200: { description: 'The text; an answer that breaks off is incomplete.', types: [type] } },
    problems: ['RESULT_NOT_FOUND', 'TEXT_NOT_KEPT', 'BYTES_EXPIRED'],
    async handle({ params: { id = '' }, request, reply, onward }) {
      const chunks = result.getText({ fileId: id }, onward)[Symbol.asyncIterator]();
      // A refusal comes with the first chunk, while the answer can still be a problem.
      const first = await chunks.next();
      if (request.method === 'HEAD') await chunks.return?.();
      const body = request.method === 'HEAD' ? [] : text(first, chunks);
      return reply.header('content-type', type).send(Readable.from(body, { objectMode: false }));
    },
  });
}

async function* text(first: IteratorResult<GetTextResponse>, chunks: AsyncIterator<GetTextResponse>) {
  try {
    for (let next = first; !next.done; next = await chunks.next()) yield Buffer.from(next.value.chunk);
  } finally {
    await chunks.return?.();
  }
}

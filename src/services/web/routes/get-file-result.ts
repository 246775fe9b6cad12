import { resultToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { statusWord } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';
import { findFile } from './get-file.ts';

/** Without a result, the answer tells whether the file exists and its status. */
export function getFileResult(backend: Backend) {
  return route({
    name: 'getFileResult',
    method: 'GET',
    path: '/api/v1/files/{id}/result',
    tag: 'Results',
    summary: 'Get the result of a file',
    description: 'Gets what the analysis found in a file. There is a result once the file is COMPLETED.',
    answers: { 200: { description: 'What the analysis found.', schema: 'Result' } },
    problems: ['FILE_NOT_FOUND', 'RESULT_NOT_FOUND'],
    tagged: true,
    async handle({ params: { id = '' }, onward }): Promise<Json<'Result'>> {
      const { results } = await backend.result.getResults({ fileIds: [id] }, onward);
      if (results[0] !== undefined) return resultToJson(results[0]);
      const { status } = await findFile(backend, id, onward);
      const word = statusWord(status) ?? 'UNKNOWN';
      const facts = { status: word };
      throw new FilemillError('RESULT_NOT_FOUND', `The file is ${word} and has no result.`, { facts });
    },
  });
}

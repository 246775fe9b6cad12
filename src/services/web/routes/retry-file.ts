import { fileStateToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';
import { findFile, noSuchFile } from './get-file.ts';
import { retryAll } from './retry-files.ts';

export function retryFile(backend: Backend) {
  return route({
    name: 'retryFile',
    method: 'POST',
    path: '/api/v1/files/{id}/retry',
    tag: 'Files',
    summary: 'Retry a file',
    description: 'Gives a FAILED file another round of attempts.',
    answers: { 200: { description: 'The file, which is PENDING again.', schema: 'File' } },
    problems: ['FILE_NOT_FOUND', 'NOT_FAILED', 'BYTES_EXPIRED'],
    async handle({ params: { id = '' }, onward }): Promise<Json<'File'>> {
      const [item] = await retryAll(backend, [id], onward);
      if (item?.outcome === 'NOT_FAILED' || item?.outcome === 'BYTES_EXPIRED') throw new FilemillError(item.outcome);
      if (item?.outcome !== 'RETRIED') return noSuchFile(id);
      return fileStateToJson(await findFile(backend, id, onward));
    },
  });
}

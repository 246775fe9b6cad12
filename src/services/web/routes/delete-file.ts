import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';
import { deleteAll } from './delete-files.ts';
import { noSuchFile } from './get-file.ts';

export function deleteFile(backend: Backend) {
  return route({
    name: 'deleteFile',
    method: 'DELETE',
    path: '/api/v1/files/{id}',
    tag: 'Files',
    summary: 'Delete a file',
    description: 'Deletes a file in any state together with its result. Its bytes are removed within seconds.',
    answers: { 204: { description: 'The file is deleted.' } },
    problems: ['FILE_NOT_FOUND'],
    async handle({ params: { id = '' }, reply, onward }) {
      const [item] = await deleteAll(backend, [id], onward);
      return item?.outcome === 'DELETED' ? reply.code(204).send() : noSuchFile(id);
    },
  });
}

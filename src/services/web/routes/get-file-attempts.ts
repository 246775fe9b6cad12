import { attemptToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';
import { findFile } from './get-file.ts';

export function getFileAttempts(backend: Backend) {
  return route({
    name: 'getFileAttempts',
    method: 'GET',
    path: '/api/v1/files/{id}/attempts',
    tag: 'Files',
    summary: 'List the attempts at a file',
    description: 'Lists which workers tried to analyse a file, when, and how each attempt ended.',
    answers: { 200: { description: 'The latest 20 attempts, oldest first.', schema: 'Attempts' } },
    problems: ['FILE_NOT_FOUND'],
    tagged: true,
    async handle({ params: { id = '' }, onward }): Promise<Json<'Attempts'>> {
      const { attempts } = await backend.metadata.getAttempts({ fileIds: [id] }, onward);
      if (attempts.length === 0) await findFile(backend, id, onward);
      return { attempts: attempts.map(attemptToJson) };
    },
  });
}

import type { FastifyRequest } from 'fastify';
import { resultToJson } from '#client/json.ts';
import { statusWord } from '#client/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Backend } from '../backend.ts';
import { readQuery } from '../query.ts';
import { findFile } from './get-file.ts';

/** The result of one file; when there is none, the answer says whether the file exists and how it stands. */
export function getFileResult(backend: Backend) {
  return async (request: FastifyRequest) => {
    readQuery({}, request.query);
    const { id } = request.params as { id: string };
    const { results } = await backend.result.getResults({ fileIds: [id] }, { signal: request.signal });
    if (results[0] !== undefined) return resultToJson(results[0]);
    const { status } = await findFile(backend, id, request.signal);
    const word = statusWord(status) ?? 'UNKNOWN';
    throw new FilemillError('RESULT_NOT_FOUND', `The file is ${word} and has no result.`, { facts: { status: word } });
  };
}

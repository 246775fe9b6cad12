import type { FastifyRequest } from 'fastify';
import { fileStateToJson } from '#client/json.ts';
import { FilemillError } from '#domain/errors.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { Backend } from '../backend.ts';
import { readQuery } from '../query.ts';

export function getFile(backend: Backend) {
  return async (request: FastifyRequest) => {
    readQuery({}, request.query);
    const { id } = request.params as { id: string };
    return fileStateToJson(await findFile(backend, id, request.signal));
  };
}

/** @throws FilemillError FILE_NOT_FOUND */
export async function findFile({ metadata }: Backend, id: string, signal: AbortSignal): Promise<File> {
  const { files } = await metadata.getFiles({ ids: [id] }, { signal });
  if (files[0] === undefined) throw new FilemillError('FILE_NOT_FOUND', `No file has the id ${JSON.stringify(id)}.`);
  return files[0];
}

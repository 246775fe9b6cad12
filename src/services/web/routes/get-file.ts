import { fileStateToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

export function getFile(backend: Backend) {
  return route({
    name: 'getFile',
    method: 'GET',
    path: '/api/v1/files/{id}',
    tag: 'Files',
    summary: 'Get a file',
    description: 'Gets the state of a file: its name, size, type and status, and why it failed if it did.',
    answers: { 200: { description: 'The file as it is now.', schema: 'File' } },
    problems: ['FILE_NOT_FOUND'],
    tagged: true,
    handle: async ({ params: { id = '' }, onward }): Promise<Json<'File'>> =>
      fileStateToJson(await findFile(backend, id, onward)),
  });
}

/** @throws FilemillError FILE_NOT_FOUND */
export async function findFile({ metadata }: Backend, id: string, onward: CallOptions): Promise<File> {
  const { files } = await metadata.getFiles({ ids: [id] }, onward);
  return files[0] ?? noSuchFile(id);
}

/** @throws FilemillError FILE_NOT_FOUND */
export function noSuchFile(id: string): never {
  throw new FilemillError('FILE_NOT_FOUND', `No file has the id ${JSON.stringify(id)}.`);
}

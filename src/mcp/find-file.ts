import { FilemillError } from '#domain/errors.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { McpContext } from './server.ts';

/** @throws FilemillError FILE_NOT_FOUND */
export async function findFile({ files }: McpContext, id: string, options: CallOptions): Promise<File> {
  const [file] = (await files.getFiles({ ids: [id] }, options)).files;
  if (file === undefined) throw new FilemillError('FILE_NOT_FOUND', `No file has the id ${id}.`);
  return file;
}

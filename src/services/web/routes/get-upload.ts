import type { PartialUpload } from '#gen/filemill/v1/upload_service_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { Backend } from '../backend.ts';
import { appendContent } from '../uploads/tus/append-content.ts';
import { describedProgress, progressHeaders, uploadOf } from '../uploads/tus/progress.ts';
import { tusRoute } from '../uploads/tus/tus-route.ts';
import { appendProblems } from './upload-answers.ts';

export function getUpload(backend: Backend) {
  return tusRoute({
    name: 'getUpload',
    method: 'HEAD',
    path: '/uploads/{id}',
    tag: 'Uploads',
    summary: 'Get the offset of an upload',
    description:
      'Says how many bytes the server has, so that the client can resume after them (tus 1.0). An append to the ' +
      'same upload that is still in progress is ended.',
    answers: {
      200: {
        description: 'The upload can continue at the offset, or is finished.',
        headers: {
          'Upload-Length': 'Size of the whole file in bytes.',
          'Upload-Defer-Length': '`1` while the size is unknown.',
          'Upload-Metadata': 'The metadata that the upload was begun with.',
          ...describedProgress,
        },
      },
    },
    problems: appendProblems,
    async handle({ params: { id = '' }, reply, onward }) {
      const upload = await settled(backend, id, onward);
      const { metadata, clientNote, file } = upload;
      // "The Server MUST always include the Upload-Offset header in the response for a HEAD request … If the size of
      // the upload is known, the Server MUST include the Upload-Length header in the response." Cache-Control says
      // no-store, as it does everywhere.
      reply.headers({ ...progressHeaders(upload), ...lengthHeader(file?.size ?? metadata?.size) });
      // "If an upload contains additional metadata, responses to HEAD requests MUST include the Upload-Metadata header
      // and its value as specified by the Client during the creation."
      if (clientNote !== '') reply.header('upload-metadata', clientNote);
      return reply.code(200).send();
    },
  });
}

/** "If the length of the upload is not known … the Server MUST set Upload-Defer-Length: 1". */
function lengthHeader(size: bigint | undefined): Record<string, string> {
  return size === undefined ? { 'upload-defer-length': '1' } : { 'upload-length': String(size) };
}

/**
 * A client that asks is about to continue, and leftovers of its earlier request would move the offset meanwhile: an
 * empty append takes their place. It also finishes a complete upload whose finish failed or whose process died, as
 * clients take an offset at the end for success and ask no further. Any other problem can wait for their next PATCH.
 */
async function settled(backend: Backend, id: string, onward: CallOptions): Promise<PartialUpload> {
  const found = await lookUp(backend, id, onward);
  if (found.file !== undefined) return found;
  try {
    return await appendContent(backend, { id, offset: found.offset }, onward);
  } catch {
    const now = await lookUp(backend, id, onward);
    const isComplete = now.file === undefined && now.offset === now.metadata?.size;
    return isComplete ? await appendContent(backend, { id, offset: now.offset }, onward) : now;
  }
}

async function lookUp({ upload }: Backend, id: string, onward: CallOptions): Promise<PartialUpload> {
  return uploadOf(await upload.getUpload({ id }, onward));
}

import type { PartialUpload } from '#gen/filemill/v1/upload_service_pb.ts';
import type { CallOptions } from '#platform/rpc/client.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';
import { appendContent } from '../uploads/tus/append-content.ts';
import { describedProgress, progressHeaders, uploadOf } from '../uploads/tus/progress.ts';
import { tusRoute } from '../uploads/tus/tus-route.ts';
import { appendProblems } from './upload-answers.ts';

export function getUpload(backend: Backend) {
  return tusRoute(
    route({
      name: 'getUpload',
      method: 'HEAD',
      path: '/uploads/{id}',
      summary: 'How far an upload has come (tus 1.0): it goes on from there, and an append that is under way ends.',
      answers: {
        200: {
          description: 'It can go on from here, or is finished.',
          headers: {
            'Upload-Length': 'Bytes of the whole file.',
            'Upload-Defer-Length': '`1` as long as nobody has told them.',
            'Upload-Metadata': 'As it was begun.',
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
    }),
  );
}

/** "If the length of the upload is not known … the Server MUST set Upload-Defer-Length: 1". */
function lengthHeader(size: bigint | undefined): Record<string, string> {
  return size === undefined ? { 'upload-defer-length': '1' } : { 'upload-length': String(size) };
}

/**
 * Whoever asks is about to go on: what is left of an earlier request, whose client is gone or gave up, would move the
 * offset under it. An append of nothing takes its place. It also finishes what is complete and was not kept (the finish
 * failed, or its process died): clients take an offset at the end for success and ask no further. Everything else
 * that stands against it can wait for their next PATCH.
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

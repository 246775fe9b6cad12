import type { Backend } from '../backend.ts';
import { route } from '../route.ts';
import { appendContent } from '../tus/append-content.ts';
import { describedProgress, progressHeaders, uploadOf } from '../tus/progress.ts';
import { tusRoute } from '../tus/tus-route.ts';
import { writeUploadMetadata } from '../tus/upload-metadata.ts';
import { appendProblems } from './upload-answers.ts';

/**
 * A client takes an offset at the end for success and asks no further. When all bytes are there and the file is not
 * kept yet (the finish failed, or its process died), it is finished here, or the answer is a problem.
 */
export function getUpload(backend: Backend) {
  return tusRoute(
    route({
      name: 'getUpload',
      method: 'HEAD',
      path: '/uploads/{id}',
      summary: 'How far an upload has come (tus 1.0).',
      answers: {
        200: {
          description: 'It can go on from here, or is finished.',
          headers: {
            'Upload-Length': 'Bytes of the whole file.',
            'Upload-Metadata': 'As it was begun.',
            ...describedProgress,
          },
        },
      },
      problems: appendProblems,
      async handle({ params: { id = '' }, reply, signal }) {
        const found = uploadOf(await backend.upload.getUpload({ id }, { signal }));
        const { offset, metadata, file } = found;
        const isComplete = offset === metadata?.size && file === undefined;
        const upload = isComplete ? await appendContent(backend, { id, offset }) : found;
        // "The Server MUST always include the Upload-Offset header in the response for a HEAD request … If the size of
        // the upload is known, the Server MUST include the Upload-Length header in the response."
        reply.headers({ ...progressHeaders(upload), 'upload-length': String(metadata?.size ?? 0n) });
        // "… and the Server MUST prevent … caching the response by adding the Cache-Control: no-store header": as all do.
        if (metadata !== undefined) reply.header('upload-metadata', writeUploadMetadata(metadata));
        return reply.code(200).send();
      },
    }),
  );
}

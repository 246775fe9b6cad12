import type { Backend } from '../backend.ts';
import { tusRoute } from '../uploads/tus/tus-route.ts';

export function cancelUpload(backend: Backend) {
  return tusRoute({
    name: 'cancelUpload',
    method: 'DELETE',
    path: '/uploads/{id}',
    tag: 'Uploads',
    summary: 'Cancel an upload',
    description:
      'Cancels an upload (tus 1.0) and discards its bytes. If the upload is already finished, its file stays.',
    // "… the Server SHOULD free associated resources and MUST respond with the 204 No Content status confirming that
    // the upload was terminated."
    answers: { 204: { description: 'The upload is gone.' } },
    problems: ['UPLOAD_NOT_FOUND'],
    async handle({ params: { id = '' }, reply, onward }) {
      await backend.upload.cancelUpload({ id }, onward);
      return reply.code(204).send();
    },
  });
}

import type { Backend } from '../backend.ts';
import { readToEnd } from '../http/read-to-end.ts';
import { appendContent } from '../uploads/tus/append-content.ts';
import { declaredChecksum } from '../uploads/tus/checksum.ts';
import { readCount } from '../uploads/tus/declared-upload.ts';
import { describedProgress, progressHeaders } from '../uploads/tus/progress.ts';
import { requireTusContent, tusContent, tusRoute } from '../uploads/tus/tus-route.ts';
import { appendProblems } from './upload-answers.ts';

export function appendUpload(backend: Backend) {
  return tusRoute({
    name: 'appendUpload',
    method: 'PATCH',
    path: '/uploads/{id}',
    tag: 'Uploads',
    summary: 'Append to an upload',
    description:
      'Appends bytes to an upload (tus 1.0). The last byte finishes it: once the answer arrives, the file is ' +
      'stored durably and waits to be analysed.',
    headers: {
      'Upload-Offset': 'Where the bytes begin: the number of bytes that the server has.',
      'Upload-Length': 'Size of the whole file in bytes, if the upload was begun without it.',
      'Upload-Checksum': '`sha1` or `sha256`, a space, and the checksum of these bytes in Base64.',
    },
    content: tusContent,
    // "The Server MUST acknowledge successful PATCH requests with the 204 No Content status. It MUST include the
    // Upload-Offset header containing the new offset."
    answers: { 204: { description: 'The bytes are kept.', headers: describedProgress } },
    problems: appendProblems,
    async handle({ params: { id = '' }, request: { headers, raw }, reply, onward }) {
      requireTusContent(headers);
      const checksum = declaredChecksum(headers);
      const offset = BigInt(readCount(headers, 'upload-offset'));
      // "Once it is known the Client MUST set the Upload-Length header in the next PATCH request. Once set the length
      // MUST NOT be changed."
      const told = headers['upload-length'] !== undefined && { size: BigInt(readCount(headers, 'upload-length')) };
      const start = { id, offset, ...told, ...(checksum && { checksum }) };
      const upload = await appendContent(backend, start, onward, readToEnd(raw));
      return reply.code(204).headers(progressHeaders(upload)).send();
    },
  });
}

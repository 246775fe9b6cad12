import type { FastifyRequest } from 'fastify';
import type { Backend } from '../backend.ts';
import { uploadHeaders } from '../http/declared.ts';
import { readToEnd } from '../http/read-to-end.ts';
import { appendContent } from '../uploads/tus/append-content.ts';
import { declaredChecksum } from '../uploads/tus/checksum.ts';
import { declaredUpload, uploadMetadataOf } from '../uploads/tus/declared-upload.ts';
import { describedProgress, progressHeaders, uploadOf } from '../uploads/tus/progress.ts';
import { requireTusContent, tusContent, tusRoute } from '../uploads/tus/tus-route.ts';
import { uploadLocation } from '../uploads/tus/upload-location.ts';
import { beginProblems } from './upload-answers.ts';

/** If the answer is lost, the client cannot find the upload again: it expires. */
export function createUpload(backend: Backend, maxFileSize: number, publicHttp?: string) {
  return tusRoute({
    name: 'createUpload',
    method: 'POST',
    path: '/uploads',
    tag: 'Uploads',
    summary: 'Begin a resumable upload',
    description: 'Begins an upload in several requests (tus 1.0). The body may already hold the first bytes.',
    headers: {
      'Upload-Length': 'Size of the whole file in bytes.',
      'Upload-Defer-Length': '`1` in place of Upload-Length: a later request will send it.',
      'Upload-Metadata':
        'Keys: `filename` (`unnamed` by default), `filetype`, `relativePath`, `sha256` (64 hex digits of the whole file).',
      'Upload-Checksum': 'The checksum of the bytes in this request, as for PATCH.',
      'Idempotency-Key': uploadHeaders['Idempotency-Key'],
    },
    content: tusContent,
    answers: {
      201: {
        description: 'The upload is begun.',
        headers: { Location: 'The URL of the upload.', ...describedProgress },
      },
    },
    problems: beginProblems,
    async handle({ request, reply, onward }) {
      const metadata = declaredUpload(request.headers, maxFileSize);
      const checksum = declaredChecksum(request.headers);
      const content = contentOf(request);
      const clientNote = uploadMetadataOf(request.headers);
      // "The Client MUST send a POST request … to request a new upload resource": clients expect it to be empty.
      const asked = { metadata, clientNote, beginAnew: true, sizeLater: metadata.size === undefined };
      const begun = uploadOf(await backend.upload.beginUpload(asked, onward));
      const start = { id: begun.id, offset: 0n, ...(checksum && { checksum }) };
      // An empty file is finished as soon as it is begun.
      const isAppended = content !== undefined || metadata.size === 0n;
      const upload = isAppended ? await appendContent(backend, start, onward, content) : begun;
      // "The Server MUST set the Location header to the URL of the created resource. This URL MAY be absolute or
      // relative."
      reply.code(201).header('location', uploadLocation(request, upload.id, publicHttp));
      return reply.headers(progressHeaders(upload)).send();
    },
  });
}

/** @throws FilemillError MEDIA_TYPE_REFUSED */
function contentOf({ headers, raw }: FastifyRequest): AsyncIterable<Uint8Array> | undefined {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  if (coding === undefined && Number(length) === 0) return undefined;
  requireTusContent(headers);
  return readToEnd(raw);
}

import { z } from 'zod';
import type { Backend } from '../backend.ts';
import { declaredByHeaders, uploadHeaders } from '../declared.ts';
import { keepFile } from '../keep-file.ts';
import { locationOf } from '../location.ts';
import { readToEnd } from '../read-to-end.ts';
import { route } from '../route.ts';
import type { Json } from '../schemas.ts';
import { uploadAnswers, uploadProblems } from './upload-answers.ts';

/** `curl -T FILE http://HOST:8080/files/`: curl appends the name. */
export function putFile(backend: Backend) {
  return route({
    name: 'putFile',
    method: 'PUT',
    path: '/files/{name}',
    summary: 'Uploads one file. It is kept when the answer comes.',
    query: { path: z.string().default('').describe('Where it lay relative to the folder that is uploaded.') },
    headers: { ...uploadHeaders, 'Content-Type': 'The declared type, until the analysis has found one.' },
    content: 'any',
    answers: uploadAnswers('Receipt'),
    problems: uploadProblems,
    async handle({ params: { name = '' }, query: { path }, request, reply, signal }): Promise<Json<'Receipt'>> {
      const metadata = { ...declaredByHeaders(name, request.headers), path };
      const receipt = await keepFile(backend, metadata, readToEnd(request.raw), signal);
      reply.code(receipt.duplicate ? 200 : 201).header('location', locationOf(request, `/api/v1/files/${receipt.id}`));
      return receipt;
    },
  });
}

import { z } from 'zod';
import type { Json } from '#contract/schemas.ts';
import type { Backend } from '../backend.ts';
import { declaredByHeaders, uploadHeaders } from '../http/declared.ts';
import { locationOf } from '../http/location.ts';
import { uploadParameters } from '../http/query.ts';
import { readToEnd } from '../http/read-to-end.ts';
import { route } from '../http/route.ts';
import { keepFile } from '../uploads/keep-file.ts';
import { uploadAnswers, uploadProblems } from './upload-answers.ts';

/** `curl -T FILE http://HOST:8080/files/`: curl appends the name. */
export function putFile(backend: Backend) {
  return route({
    name: 'putFile',
    method: 'PUT',
    path: '/files/{name}',
    tag: 'Uploads',
    summary: 'Upload a file',
    description:
      'Uploads one file as the body of the request. Once the answer arrives, the file is stored durably and waits ' +
      'to be analysed.',
    query: { path: z.string().default('').describe('Its path relative to the uploaded folder.'), ...uploadParameters },
    headers: {
      ...uploadHeaders,
      'Content-Type': 'The declared type, which applies until the analysis has detected one.',
    },
    content: 'any',
    answers: uploadAnswers('Receipt'),
    problems: uploadProblems,
    async handle({
      params: { name = '' },
      query: { path, batch, priority },
      request,
      reply,
      onward,
    }): Promise<Json<'Receipt'>> {
      const metadata = { ...declaredByHeaders(name, request.headers), path, batch, priority: priority ?? '' };
      const receipt = await keepFile(backend, metadata, readToEnd(request.raw), onward);
      reply.code(receipt.duplicate ? 200 : 201).header('location', locationOf(request, `/api/v1/files/${receipt.id}`));
      return receipt;
    },
  });
}

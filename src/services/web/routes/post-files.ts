import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { FilemillError } from '#domain/errors.ts';
import type { Backend } from '../backend.ts';
import { declaredType, idempotencyKey } from '../declared.ts';
import { discard } from '../discard-rest.ts';
import { keepFile } from '../keep-file.ts';
import { toProblem } from '../problem.ts';
import { type Call, route } from '../route.ts';
import type { Json } from '../schemas.ts';
import { uploadProblems } from './upload-answers.ts';

type Upload = Json<'Uploads'>['files'][number];

/**
 * Parts are kept one after the other, as they come. When the request breaks off, nothing stays of the part that was
 * coming; those before it are kept. They are not deleted: a client that sent its key again meanwhile may have been
 * told of the very same files.
 */
export function postFiles(backend: Backend) {
  return route({
    name: 'postFiles',
    method: 'POST',
    path: '/api/v1/files',
    summary: 'Uploads the files of a form, at most 1,000. Fields that are not files are not looked at.',
    headers: { 'Idempotency-Key': 'Stands for the whole form: sending the same again answers with the same files.' },
    content: 'multipart/form-data',
    answers: {
      201: { description: 'All are kept.', schema: 'Uploads' },
      207: { description: 'Some are kept: each says which, or what its problem is.', schema: 'Uploads' },
    },
    problems: uploadProblems,
    async handle(call): Promise<Json<'Uploads'>> {
      const files: Upload[] = [];
      for await (const part of partsOf(call.request)) files.push(await keepPart(backend, part, files.length, call));
      if (files.length === 0) throw new FilemillError('REQUEST_INVALID', 'The form holds no file.');
      call.reply.code(files.some((file) => 'problem' in file) ? 207 : 201);
      return { files };
    },
  });
}

/** @throws FilemillError REQUEST_INVALID for what is not a whole form */
async function* partsOf(request: FastifyRequest): AsyncGenerator<MultipartFile, void> {
  try {
    yield* request.files();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FilemillError('REQUEST_INVALID', `The form cannot be read: ${why}.`, { cause });
  }
}

/** Browsers name the files of a folder by their path in it. */
function namesIn(given: string): { readonly filename: string; readonly path: string } {
  const slash = given.lastIndexOf('/');
  return { filename: given.slice(slash + 1), path: slash === -1 ? '' : given };
}

/** A part that is refused harms no other. */
async function keepPart(backend: Backend, part: MultipartFile, n: number, call: Call): Promise<Upload> {
  const { filename: given = '', mimetype, file } = part;
  const key = idempotencyKey(call.request.headers);
  const metadata = { ...namesIn(given), mimeType: declaredType(mimetype), idempotencyKey: key && `${key}:${n}` };
  try {
    return { filename: given, ...(await keepFile(backend, metadata, file, call.signal)) };
  } catch (error) {
    discard(file);
    return { filename: given, problem: toProblem(error) };
  }
}

import type { FastifyReply } from 'fastify';
import type { Json } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Backend } from '../backend.ts';
import { idempotencyKey, refuseWhatChangesTheMeaning } from '../http/declared.ts';
import { discardRest } from '../http/discard-rest.ts';
import { problemType, retryAfterSeconds, toProblem } from '../http/problem.ts';
import { readToEnd } from '../http/read-to-end.ts';
import { type Call, route } from '../http/route.ts';
import { type FormFile, filesIn } from '../uploads/form/form-files.ts';
import { FormReader } from '../uploads/form/form-reader.ts';
import { keepFile } from '../uploads/keep-file.ts';
import { uploadProblems } from './upload-answers.ts';

type Upload = Json<'Uploads'>['files'][number];
type RefusedFile = Json<'RefusedFile'>;

const maxFiles = 1_000;

/**
 * Keeps the parts one after the other, as they come. When the form breaks off, its current part is dropped, but
 * earlier ones stay: a client that sent its key again meanwhile may have been told of them.
 */
export function postFiles(backend: Backend) {
  return route({
    name: 'postFiles',
    method: 'POST',
    path: '/api/v1/files',
    tag: 'Uploads',
    summary: 'Upload the files of a form',
    description:
      `Uploads up to ${maxFiles} files in one \`multipart/form-data\` request. Each file is kept or refused on its ` +
      'own. Parts without a file name are form fields and are ignored.',
    headers: {
      'Idempotency-Key': 'Identifies the whole form: a repeated request with the same key answers with the same files.',
    },
    content: 'multipart/form-data',
    answers: {
      201: { description: 'All files are kept.', schema: 'Uploads' },
      207: { description: 'Some files are kept; the others carry their problem.', schema: 'Uploads' },
    },
    problems: uploadProblems,
    async handle(call) {
      const files = await keepFiles(backend, call);
      const refused = files.filter((file): file is RefusedFile => 'problem' in file);
      if (refused.length === files.length) return answerRefusal(call, refused);
      call.reply.code(refused.length > 0 ? 207 : 201);
      return { files };
    },
  });
}

/** @throws FilemillError REQUEST_INVALID for what is no form, or holds no file */
async function keepFiles(backend: Backend, call: Call): Promise<readonly Upload[]> {
  const { headers, raw } = call.request;
  refuseWhatChangesTheMeaning(headers);
  const form = new FormReader(headers['content-type'] ?? '', readToEnd(raw));
  const files: Upload[] = [];
  let coming = '';
  try {
    for await (const file of filesIn(form, headers)) {
      coming = file.name;
      if (files.length === maxFiles) throw tooMany();
      const upload = await keepPart(backend, file, files.length, call);
      if (form.failure !== undefined) throw form.failure;
      files.push(upload);
      coming = '';
    }
  } catch (error) {
    if (files.length === 0 || !(error instanceof FilemillError)) throw error;
    files.push({ filename: coming, problem: toProblem(error) });
    discardRest(raw);
  }
  if (files.length === 0)
    throw new FilemillError(
      'REQUEST_INVALID',
      'The form holds no file: the Content-Disposition of a file needs a filename.',
    );
  return files;
}

/** A refused part does not affect the others. */
async function keepPart(backend: Backend, file: FormFile, n: number, { request, onward }: Call): Promise<Upload> {
  const { name, mimeType, content, refusal } = file;
  const key = idempotencyKey(request.headers);
  const metadata = { ...namesIn(name), mimeType, idempotencyKey: key && `${key}:${n}` };
  try {
    if (refusal !== undefined) throw refusal;
    return { filename: name, ...(await keepFile(backend, metadata, content, onward)) };
  } catch (error) {
    if (!(error instanceof FilemillError)) throw error;
    return { filename: name, problem: toProblem(error) };
  }
}

/** Browsers put the path within the folder into the file name. */
function namesIn(given: string): { readonly filename: string; readonly path: string } {
  const slash = given.lastIndexOf('/');
  return { filename: given.slice(slash + 1), path: slash === -1 ? '' : given };
}

function tooMany(): FilemillError {
  return new FilemillError(
    'REQUEST_INVALID',
    `A form may hold ${maxFiles} files: this file and those after it were not kept. Send them in another form.`,
  );
}

/** A form without any kept file is answered like its first file alone. */
function answerRefusal({ request, reply }: Call, files: readonly RefusedFile[]): FastifyReply {
  const [{ problem }] = files as [RefusedFile];
  const seconds = retryAfterSeconds(new FilemillError(problem.reason));
  if (seconds !== undefined) reply.header('retry-after', seconds);
  return reply
    .code(problem.status)
    .type(problemType)
    .send(JSON.stringify({ ...problem, request_id: request.id, files }));
}

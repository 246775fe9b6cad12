import { hash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { Json } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import { never } from '#platform/abort.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { UploadStream } from '#sdk/upload-stream.ts';
import type { Backend } from '../backend.ts';
import { idempotencyKey, refuseWhatChangesTheMeaning } from '../http/declared.ts';
import { discardRest } from '../http/discard-rest.ts';
import { problemType, retryAfterSeconds, toProblem } from '../http/problem.ts';
import { uploadParameters } from '../http/query.ts';
import { readToEnd } from '../http/read-to-end.ts';
import { type Call, route } from '../http/route.ts';
import { type FormFile, filesIn } from '../uploads/form/form-files.ts';
import { FormReader } from '../uploads/form/form-reader.ts';
import { smallContent } from '../uploads/form/small-content.ts';
import { keepFile } from '../uploads/keep-file.ts';
import { uploadProblems } from './upload-answers.ts';

type Upload = Json<'Uploads'>['files'][number];
type RefusedFile = Json<'RefusedFile'>;

const maxFiles = 1_000;

/** So many parts of a form, of up to so many bytes each, are held and kept at the same time. */
const [smallAtOnce, smallBytes] = [128, 64 * 1_024];

/**
 * Keeps the parts as they come: small ones several at once, because each has to wait for the disk, and others one by one.
 * When the form breaks off, its current part is dropped, but earlier ones stay: a client that sent its key again
 * meanwhile may have been told of them.
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
      'own. Parts without a file name are form fields and are ignored, but for a field `Idempotency-Key`: it identifies ' +
      'the file right behind it, also when that comes again among other files or in a request of its own.',
    query: uploadParameters,
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

type FormCall = Call<typeof uploadParameters>;

/** @throws FilemillError REQUEST_INVALID for what is no form, or holds no file */
async function keepFiles(backend: Backend, call: FormCall): Promise<readonly Upload[]> {
  const { headers, raw } = call.request;
  refuseWhatChangesTheMeaning(headers);
  const form = new FormReader(headers['content-type'] ?? '', readToEnd(raw));
  const kept: Promise<Upload>[] = [];
  const places = new Semaphore(smallAtOnce);
  using stream = new UploadStream(backend.upload, never, undefined, call.onward);
  let coming = '';
  try {
    for await (const file of filesIn(form, headers)) {
      coming = file.name;
      if (kept.length === maxFiles) throw tooMany();
      const small = file.refusal === undefined ? await smallContent(file.content, smallBytes) : file.content;
      const metadata = metadataOf(file, kept.length, call);
      if (Buffer.isBuffer(small)) {
        const place = await places.take(never);
        kept.push(holding(place, outcomeOf(file, keepWhole(stream, metadata, small))));
      } else {
        const upload = await outcomeOf(file, keepPart(backend, file, metadata, small, call));
        if (form.failure !== undefined) throw form.failure;
        kept.push(Promise.resolve(upload));
      }
      coming = '';
    }
  } catch (error) {
    if (kept.length === 0 || !(error instanceof FilemillError)) throw error;
    kept.push(Promise.resolve({ filename: coming, problem: toProblem(error) }));
    discardRest(raw);
  }
  if (kept.length === 0)
    throw new FilemillError(
      'REQUEST_INVALID',
      'The form holds no file: the Content-Disposition of a file needs a filename.',
    );
  return await Promise.all(kept);
}

function metadataOf(file: FormFile, n: number, { request, query: { batch, priority } }: FormCall) {
  const { name, mimeType } = file;
  const key = idempotencyKey(request.headers);
  const own = file.idempotencyKey ?? (key && `${key}:${n}`);
  return { ...namesIn(name), mimeType, batch, priority: priority ?? '', idempotencyKey: own };
}

type Metadata = ReturnType<typeof metadataOf>;

async function keepPart(
  backend: Backend,
  { refusal }: FormFile,
  metadata: Metadata,
  content: AsyncIterable<Uint8Array>,
  { onward }: FormCall,
): Promise<Json<'Receipt'>> {
  if (refusal !== undefined) throw refusal;
  return await keepFile(backend, metadata, content, onward);
}

/** Those of a form share a stream, which costs a message for 64 of them. */
async function keepWhole(stream: UploadStream, metadata: Metadata, content: Buffer): Promise<Json<'Receipt'>> {
  const { id, size, sha256, duplicate } = await stream.send({ metadata, content, sha256: hash('sha256', content) });
  return { id, size: Number(size), sha256, duplicate };
}

/** A refused part does not affect the others. */
async function outcomeOf({ name }: FormFile, receipt: Promise<Json<'Receipt'>>): Promise<Upload> {
  try {
    return { filename: name, ...(await receipt) };
  } catch (error) {
    if (!(error instanceof FilemillError)) throw error;
    return { filename: name, problem: toProblem(error) };
  }
}

/** Holds a place until the work ends, whether anybody waits for it already or not. */
function holding<T>(place: Disposable, work: Promise<T>): Promise<T> {
  const held = work.finally(() => place[Symbol.dispose]());
  held.catch(() => undefined);
  return held;
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
function answerRefusal({ request, reply }: FormCall, files: readonly RefusedFile[]): FastifyReply {
  const [{ problem }] = files as [RefusedFile];
  const seconds = retryAfterSeconds(new FilemillError(problem.reason));
  if (seconds !== undefined) reply.header('retry-after', seconds);
  return reply
    .code(problem.status)
    .type(problemType)
    .send(JSON.stringify({ ...problem, request_id: request.id, files }));
}

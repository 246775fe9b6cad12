import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { FilemillError } from '#domain/errors.ts';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

/** Where `web` listens: a unix socket, or `http(s)://HOST:PORT`. */
export interface WebAddress {
  readonly target: string;
  readonly authorization?: string | undefined;
  readonly ca?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the load sends over HTTP, each file by one of the two ways. */
export interface FileOverHttp {
  readonly filename: string;
  readonly idempotencyKey: string;
  readonly content: Buffer;
}

/** Longer than any process is frozen, or away. */
const silenceMs = 30_000;

/**
 * One request to `web`.
 *
 * @throws FilemillError UNAVAILABLE for what clients try again, REQUEST_INVALID for every other answer but success
 */
export async function askWeb(web: WebAddress, question: Question): Promise<Answer> {
  const answer = await send(web, question).catch((cause: Error) => {
    throw new FilemillError('UNAVAILABLE', `${question.method} ${question.path}: ${cause.message}`, { cause });
  });
  if (answer.status < 300) return answer;
  const what = `${question.method} ${question.path}: ${answer.status} ${answer.body}`;
  throw new FilemillError(isPassing(answer.status) ? 'UNAVAILABLE' : 'REQUEST_INVALID', what);
}

async function send(web: WebAddress, { method, path, headers, body = empty }: Question): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { target, authorization, ca } = web;
  const all = { ...headers, ...(authorization && { authorization }) };
  const options = { method, path, timeout: silenceMs };
  const sending = target.startsWith('unix:')
    ? request({ ...options, socketPath: target.slice('unix:'.length), headers: { host: 'localhost', ...all } }, resolve)
    : target.startsWith('http:')
      ? request(new URL(path, target), { ...options, headers: all }, resolve)
      : requestOverTls(new URL(path, target), { ...options, ca, headers: all }, resolve);
  sending.on('timeout', () => sending.destroy(new Error('no answer in time'))).on('error', reject);
  sending.end(body);
  const answer = await promise;
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

const empty = Buffer.alloc(0);

/** A 500 does not pass: it says that the server has a defect. */
function isPassing(status: number): boolean {
  return [408, 409, 423, 429].includes(status) || status > 500;
}

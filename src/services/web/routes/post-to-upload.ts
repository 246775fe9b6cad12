import { FilemillError } from '#domain/errors.ts';
import type { Backend } from '../backend.ts';
import { type Route, route } from '../http/route.ts';
import { tusContent } from '../uploads/tus/tus-route.ts';
import { appendUpload } from './append-upload.ts';
import { cancelUpload } from './cancel-upload.ts';

/**
 * Serves clients and proxies that only know GET and POST. "The X-HTTP-Method-Override request header MUST be a string
 * which MUST be interpreted as the request's method by the Server, if the header is presented."
 */
export function postToUpload(backend: Backend) {
  const [append, cancel] = [appendUpload(backend), cancelUpload(backend)];
  const meant: Readonly<Record<string, Route>> = { PATCH: append, DELETE: cancel };
  return route({
    ...append,
    name: 'postToUpload',
    method: 'POST',
    tag: 'Uploads',
    summary: 'Append to or cancel an upload by POST',
    description: 'Stands in for PATCH and DELETE, for clients and proxies that know only GET and POST.',
    headers: { 'X-HTTP-Method-Override': '`PATCH` or `DELETE`.', ...append.headers },
    content: tusContent,
    async handle(call) {
      const method = String(call.request.headers['x-http-method-override'] ?? '').toUpperCase();
      const { handle } = meant[method] ?? noSuchMethod();
      return await handle(call);
    },
  });
}

function noSuchMethod(): never {
  throw new FilemillError('REQUEST_INVALID', 'X-HTTP-Method-Override must be PATCH or DELETE.');
}

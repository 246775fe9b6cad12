import type { FastifyInstance } from 'fastify';
import { FilemillError } from '#domain/errors.ts';
import type { Content, Route } from './route.ts';
import { serveRoute } from './serve-route.ts';

/** Serves all routes; those that read their body themselves find it untouched. */
export function serveRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  const serve = (scope: FastifyInstance, content: Content | undefined) => {
    for (const route of routes) if (contentOf(route) === content) serveRoute(scope, route);
  };
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Many clients send an empty body, or a type without one, with every POST.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));
    serve(scope, undefined);
  });
  app.register(async (scope) => {
    scope.removeContentTypeParser('text/plain');
    scope.addContentTypeParser('*', ({ headers }, _body, done) => done(notJson(headers['content-type'])));
    serve(scope, 'application/json');
  });
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    serve(scope, 'any');
    serve(scope, 'application/offset+octet-stream');
    serve(scope, 'multipart/form-data');
  });
}

function contentOf({ body, content }: Route): Content | undefined {
  return body === undefined ? content : 'application/json';
}

/** `curl -d` calls everything a form. */
function notJson(type = 'none'): FilemillError {
  return new FilemillError('MEDIA_TYPE_REFUSED', `The Content-Type has to be application/json, not ${type}.`);
}

import type { FastifyInstance } from 'fastify';
import type { Content, Route } from './route.ts';
import { serveRoute } from './serve-route.ts';

/** Serves all routes; those that read their body themselves find it untouched. */
export function serveRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  const serve = (scope: FastifyInstance, content: Content | undefined) => {
    for (const route of routes) if (route.content === content) serveRoute(scope, route);
  };
  serve(app, undefined);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    serve(scope, 'any');
    serve(scope, 'application/offset+octet-stream');
    serve(scope, 'multipart/form-data');
  });
}

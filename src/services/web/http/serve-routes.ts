import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { needOfRoute } from '#contract/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { outgoing, stalenessKey } from '#platform/rpc/call-context.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import { onBehalfOf } from './access.ts';
import { entityTag, matchesTag } from './entity-tag.ts';
import { readBody, readQuery } from './query.ts';
import { traceOf } from './request-span.ts';
import type { Content, Route } from './route.ts';

/** Serves all routes; bodies that a route streams itself stay unparsed. */
export function serveRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  const serve = (scope: FastifyInstance, content: Content | undefined) => {
    for (const route of routes) if (contentOf(route) === content) serveRoute(scope, route);
  };
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Many clients send an empty body, or a type without a body, with every POST.
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

/** `curl -d` declares every body as a form. */
function notJson(type = 'none'): FilemillError {
  return new FilemillError('MEDIA_TYPE_REFUSED', `The Content-Type must be application/json, not ${type}.`);
}

/** Serves a route; for GET, HEAD too. A trailing slash is accepted, as the examples of many clients have one. */
function serveRoute(app: FastifyInstance, description: Route): void {
  const url = fastifyPath(description.path);
  const need = needOfRoute(description.name);
  if (need === undefined) throw new Error(`The table of access has no row for the route ${description.name}`);
  for (const address of [url, `${url}/`])
    app.route({
      method: description.method,
      url: address,
      config: { need },
      handler: async (request, reply) => {
        const answer = await description.handle(readCall(description, request, reply));
        return description.tagged ? sendTagged(request, reply, answer) : answer;
      },
    });
}

function readCall(description: Route, request: FastifyRequest, reply: FastifyReply) {
  const signal = clientGone(reply.raw);
  return {
    params: request.params as Record<string, string>,
    query: readQuery(description.query ?? {}, request.query, request.url),
    body: description.body === undefined ? undefined : readBody(description.body, request.body),
    request,
    reply,
    signal,
    onward: { ...onwardOf(request, signal), staleBy: (ms: number) => void reply.header(stalenessKey, ms) },
  };
}

/** What calls on behalf of a request carry on. */
export function onwardOf(request: FastifyRequest, signal: AbortSignal): CallOptions {
  return { ...outgoing({ signal, requestId: request.id, trace: traceOf(request) }), ...onBehalfOf(request) };
}

/** A client that already holds this answer gets 304. */
function sendTagged(request: FastifyRequest, reply: FastifyReply, answer: unknown): FastifyReply {
  const body = JSON.stringify(answer);
  const tag = entityTag(body);
  // May be cached, but must be revalidated each time.
  reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
  if (matchesTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(body);
}

/** Fastify writes `{id}` as `:id`, and a literal colon as two. */
function fastifyPath(path: string): string {
  return path.replaceAll(':', '::').replace(/\{(\w+)\}/g, ':$1');
}

/**
 * Aborted when the client disconnects before it has its answer. The request itself does not tell: it counts as closed
 * once its body has been read.
 */
export function clientGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new FilemillError('UNAVAILABLE', 'The client disconnected.'));
  });
  return controller.signal;
}

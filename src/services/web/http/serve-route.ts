import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { outgoing } from '#platform/rpc/call-context.ts';
import { clientGone } from './client-gone.ts';
import { entityTag, matchesTag } from './etag.ts';
import { readBody, readQuery } from './query.ts';
import type { Route } from './route.ts';

/**
 * Serves one route as it is described; for GET, HEAD too. A slash at the end of an address makes no difference: the
 * examples of many clients have one.
 */
export function serveRoute(app: FastifyInstance, description: Route): void {
  const url = fastifyPath(description.path);
  for (const address of [url, `${url}/`])
    app.route({
      method: description.method,
      url: address,
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
    onward: outgoing({ signal, requestId: request.id }),
  };
}

/** Who has the same answer already is told just that. */
function sendTagged(request: FastifyRequest, reply: FastifyReply, answer: unknown): FastifyReply {
  const body = JSON.stringify(answer);
  const tag = entityTag(body);
  // May be kept, and has to be asked for again each time.
  reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
  if (matchesTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(body);
}

/** `{id}` is `:id` to Fastify, and a colon of the address is two. */
function fastifyPath(path: string): string {
  return path.replaceAll(':', '::').replace(/\{(\w+)\}/g, ':$1');
}

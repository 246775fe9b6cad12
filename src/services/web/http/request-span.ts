import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Span } from '#platform/telemetry/span.ts';
import { type TraceContext, traceContextFrom, traceKeys } from '#platform/telemetry/trace-context.ts';
import { startSpan } from '#platform/telemetry/traces.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined for what is refused before its hooks run, such as a malformed address. */
    span: Span | undefined;
  }
}

/**
 * A span for each request of a route. Addresses hold file names, which are users' data: the span tells the route. Traces do
 * not begin with a probe, nor with the feed of events, which lasts as long as a page is open.
 */
export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest('span', undefined);
  app.addHook('onRequest', async (request) => {
    const { config, url } = request.routeOptions;
    if (config.need !== undefined) request.span = startRequestSpan(request, config.need !== 'open' && url !== feed);
  });
  app.addHook('onResponse', async ({ span }, reply) => {
    span?.set({ 'http.response.status_code': reply.statusCode });
    if (reply.statusCode >= 500) span?.fail(String(reply.statusCode));
    span?.end();
  });
}

/** What calls on behalf of a request belong to. */
export function traceOf({ span }: FastifyRequest): TraceContext | undefined {
  return span?.trace;
}

const feed = '/api/v1/events';

function startRequestSpan({ headers, id, method, routeOptions: { url = '' } }: FastifyRequest, root: boolean): Span {
  return startSpan(`${method} ${url}`, {
    kind: 'server',
    parent: traceContextFrom(headers[traceKeys.parent], headers[traceKeys.state]),
    root,
    attributes: { 'http.request.method': method, 'http.route': url, 'filemill.request.id': id },
  });
}

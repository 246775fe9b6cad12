import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { FilemillError } from '#domain/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { requestIdFrom, requestIdKey } from '#platform/request-id.ts';
import { requestAnswered, requestFailed } from '#platform/telemetry.ts';
import type { Backend } from './backend.ts';
import type { BuiltDashboard } from './dashboard/built-dashboard.ts';
import { isPage, serveDashboard } from './dashboard/serve-dashboard.ts';
import { discardRest } from './http/discard-rest.ts';
import { Drain } from './http/drain.ts';
import type { HostList } from './http/origin-guard.ts';
import { guardOrigin } from './http/origin-guard.ts';
import { problemType, retryAfterSeconds, toProblem } from './http/problem.ts';
import { serveRoutes } from './http/serve-routes.ts';
import { TrustedProxies } from './http/trusted-proxies.ts';
import { LiveFeed } from './live/live-feed.ts';
import { allRoutes } from './routes/index.ts';

export interface AppContext {
  readonly backend: Backend;
  /** Bytes. */
  readonly maxFileSize: number;
  readonly hosts: HostList;
  /** Those on this machine unless told otherwise. */
  readonly trustedProxies?: TrustedProxies | undefined;
  readonly logger: Logger;
  readonly dashboard: BuiltDashboard | undefined;
  /** Under which clients reach this, without a slash at its end, when it is known. */
  readonly publicHttp?: string | undefined;
  /** `HOST:PORT` of the public gRPC port, for those who ask, when it is known. */
  readonly publicGrpc?: string | undefined;
}

/** The public HTTP surface. `inject` or `listen` starts it; disposing closes it. */
export function createApp(context: AppContext): FastifyInstance {
  const {
    backend,
    maxFileSize,
    hosts,
    trustedProxies = TrustedProxies.loopback,
    logger,
    dashboard,
    publicHttp,
    publicGrpc,
  } = context;
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendProblem(asFilemillError(error, request), request, reply, logger);
  const app = fastify({
    genReqId: ({ headers }) => requestIdFrom(headers[requestIdKey]),
    bodyLimit: maxJsonBytes,
    connectionTimeout: silenceMs,
    forceCloseConnections: true,
    return503OnClosing: false,
    frameworkErrors: fail,
    routerOptions: { maxParamLength },
  });

  const drain = new Drain();
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders).header(requestIdKey, request.id);
    if (drain.draining) throw new FilemillError('SHUTTING_DOWN');
    drain.enter(reply.raw);
    guardOrigin(request.headers, hosts, isPage(request), trustedProxies.passageOf(request.raw));
  });
  app.addHook('onResponse', async (request, reply) => {
    requestAnswered(logger, endedRequest(request), reply.statusCode);
  });
  app.setErrorHandler(fail);
  app.setNotFoundHandler((request) => {
    throw new FilemillError('ROUTE_NOT_FOUND', `${request.method} ${pathOf(request)} is not served.`);
  });

  const feed = new LiveFeed(backend);
  app.addHook('preClose', async () => {
    // Live pages have no end of their own.
    feed[Symbol.dispose]();
    await drain.finish();
  });
  serveRoutes(app, allRoutes({ backend, feed, maxFileSize, publicHttp, publicGrpc }));
  serveDashboard(app, dashboard);
  return app;
}

/** Of a body that is JSON: a thousand ids and room to spare. */
const maxJsonBytes = 64 * 1024;

/** A connection on which nothing moves either way, in the midst of a request too. */
const silenceMs = 5 * 60 * 1_000;

/** Names that are too long are refused as names. */
const maxParamLength = 4_096;

/** Answers are data: no browser may sniff, frame, cache or render them as something else. */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** The framework's refusals of a body, for people. */
const bodyFaults: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: `The body is larger than ${maxJsonBytes / 1024} KiB.`,
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; it has to be JSON.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its Content-Length says.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The Content-Type cannot be read.',
};

/** Fastify's own refusals (a malformed address, a body that is too long) are the client's errors. */
function asFilemillError(error: unknown, request: FastifyRequest): unknown {
  const { statusCode: status = 500, code = '' } = error as { statusCode?: number; code?: string };
  if (error instanceof FilemillError || !(error instanceof Error) || status < 400 || status > 499) return error;
  if (code === 'FST_ERR_BAD_URL') return undecodable(pathOf(request), error);
  return new FilemillError(
    status === 413 ? 'MESSAGE_TOO_LARGE' : 'REQUEST_INVALID',
    bodyFaults[code] ?? error.message,
    {
      cause: error,
    },
  );
}

/** The name of a file follows one rule, wherever it stands. */
function undecodable(path: string, cause: Error): FilemillError {
  const name = /^\/files\/(.*)$/.exec(path)?.[1];
  const why = `is not valid UTF-8, percent-encoded.`;
  return name === undefined
    ? new FilemillError('REQUEST_INVALID', `The address ${JSON.stringify(path)} ${why}`, { cause })
    : new FilemillError('NAME_INVALID', `The name ${JSON.stringify(name)} ${why}`, { cause });
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  const problem = { ...toProblem(error), request_id: request.id };
  requestFailed(logger, endedRequest(request), error, problem.reason);
  discardRest(request.raw);
  const seconds = retryAfterSeconds(problem.reason);
  if (seconds !== undefined) reply.header('retry-after', seconds);
  return reply
    .headers({ ...securityHeaders, [requestIdKey]: request.id })
    .code(problem.status)
    .type(problemType)
    .send(JSON.stringify(problem));
}

function endedRequest(request: FastifyRequest) {
  return { requestId: request.id, method: request.method, path: pathOf(request) };
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string;
}

import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { FilemillError } from '#domain/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { requestIdFrom, requestIdKey } from '#platform/request-id.ts';
import { requestAnswered, requestFailed } from '#platform/telemetry/events.ts';
import { traceIdOf } from '#platform/telemetry/trace-context.ts';
import type { StartedBy } from '#platform/this-service.ts';
import type { Certificates } from '#platform/tls/certificates.ts';
import type { Backend } from './backend.ts';
import type { BuiltDashboard } from './dashboard/built-dashboard.ts';
import { isPage, serveDashboard } from './dashboard/serve-dashboard.ts';
import { isExplorer, serveExplorer } from './dashboard/serve-explorer.ts';
import { type BuiltGuide, isGuide, serveGuide } from './guide/serve-guide.ts';
import { AccessGate } from './http/access.ts';
import { AllowedOrigins, admitOrigin } from './http/cross-origin.ts';
import { discardRest } from './http/discard-rest.ts';
import { Drain } from './http/drain.ts';
import { httpsServers } from './http/https-server.ts';
import type { HostList } from './http/origin-guard.ts';
import { guardOrigin } from './http/origin-guard.ts';
import { problemType, retryAfterSeconds, toProblem } from './http/problem.ts';
import { traceOf, traceRequests } from './http/request-span.ts';
import { serveRoutes } from './http/serve-routes.ts';
import { TrustedProxies } from './http/trusted-proxies.ts';
import { LiveFeed } from './live/live-feed.ts';
import { serveMcp } from './mcp/serve-mcp.ts';
import { allRoutes } from './routes/index.ts';
import type { SignInConfig } from './sign-in/config.ts';
import { Provider } from './sign-in/provider.ts';
import { isCallback, serveSignIn } from './sign-in/serve-sign-in.ts';

export interface AppContext {
  readonly backend: Backend;
  /** Bytes. */
  readonly maxFileSize: number;
  readonly hosts: HostList;
  /** `none` unless set. */
  readonly auth?: 'none' | 'required' | undefined;
  /** Loopback unless set. */
  readonly trustedProxies?: TrustedProxies | undefined;
  /** None unless set. */
  readonly allowedOrigins?: AllowedOrigins | undefined;
  /** How the page signs in with an OpenID provider, if it does. */
  readonly signIn?: SignInConfig | undefined;
  readonly logger: Logger;
  /** With them, the server speaks HTTPS. */
  readonly certificates?: Certificates | undefined;
  readonly dashboard: BuiltDashboard | undefined;
  readonly guide?: BuiltGuide | undefined;
  /** The base URL for clients, without a slash at its end, if known. */
  readonly publicHttp?: string | undefined;
  /** `HOST:PORT` of the public gRPC port, if known. */
  readonly publicGrpc?: string | undefined;
  readonly command?: string;
  readonly startedBy?: StartedBy;
}

/** The public HTTP server. `inject` or `listen` starts it; disposing closes it. */
export function createApp(context: AppContext): FastifyInstance {
  const { hosts, trustedProxies = TrustedProxies.loopback, logger, certificates } = context;
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendProblem(asFilemillError(error, request), request, reply, logger);
  const app = fastify({
    trustProxy: (address) => trustedProxies.trusts(address),
    genReqId: ({ headers }) => requestIdFrom(headers[requestIdKey]),
    frameworkErrors: fail,
    ...limits(),
    ...(certificates?.served && { serverFactory: httpsServers(certificates) }),
  });

  const drain = new Drain();
  const { allowedOrigins: origins = AllowedOrigins.none } = context;
  const gate = new AccessGate(context.backend, context.auth ?? 'none');
  const isPublicByTls = context.publicHttp?.startsWith('https:') === true;
  app.decorateRequest('overTls', false).decorateRequest('isForeign', false);
  traceRequests(app);
  app.addHook('onRequest', async (request, reply) => {
    request.overTls = isPublicByTls || trustedProxies.isOverTls(request.raw);
    reply.headers({ ...securityHeaders, ...origins.vary, [requestIdKey]: request.id });
    if (drain.draining) throw new FilemillError('SHUTTING_DOWN');
    drain.enter(reply.raw);
    const passage = trustedProxies.passageOf(request.raw);
    const foreign = guardOrigin(request.headers, hosts, mayBeOpened(request), passage, origins);
    request.isForeign = foreign !== undefined;
    if (foreign !== undefined && admitOrigin(request, reply, foreign)) return reply;
    await gate.admit(request);
    return undefined;
  });
  app.addHook('onResponse', async (request, reply) => tellAnswered(logger, request, reply));
  app.setErrorHandler(fail);
  app.setNotFoundHandler((request) => {
    throw new FilemillError('ROUTE_NOT_FOUND', `${request.method} ${pathOf(request)} is not served.`);
  });

  const feed = new LiveFeed(context.backend);
  app.addHook('preClose', async () => {
    // Event streams have no end of their own.
    feed[Symbol.dispose]();
    await drain.finish();
  });
  const provider = context.signIn && new Provider(context.signIn);
  serveRoutes(app, allRoutes({ ...context, feed, gate, provider: provider?.host }));
  if (provider) serveSignIn(app, { ...context, provider });
  serveMcp(app, { ...context, stopping: feed.ended });
  servePages(app, context);
  return app;
}

function servePages(app: FastifyInstance, { dashboard, guide }: AppContext): void {
  serveDashboard(app, dashboard);
  serveExplorer(app, dashboard);
  serveGuide(app, guide);
}

/** Whether a link on another site may open this: none of these holds data. */
function mayBeOpened(request: FastifyRequest): boolean {
  return isPage(request) || isExplorer(request) || isGuide(request) || isCallback(request);
}

/** JSON bodies hold at most 1,000 ids, with room to spare. */
const maxJsonBytes = 64 * 1024;

/** A connection without traffic is closed after this time, even within a request. */
const silenceMs = 5 * 60 * 1_000;

/** Large enough for over-long file names to be refused as names. */
const maxParamLength = 4_096;

function limits() {
  return {
    bodyLimit: maxJsonBytes,
    connectionTimeout: silenceMs,
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { maxParamLength },
  };
}

/** Answers are data: browsers must not sniff, frame, cache or render them. */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Fastify's refusals of a body, in plain words. */
const bodyFaults: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: `The body is larger than ${maxJsonBytes / 1024} KiB.`,
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; it must be JSON.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The length of the body differs from its Content-Length.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The Content-Type is malformed.',
};

/** Maps Fastify's 4xx errors, such as a malformed URL or an oversized body, to errors of the client. */
function asFilemillError(error: unknown, request: FastifyRequest): unknown {
  const { statusCode: status = 500, code = '' } = error as { statusCode?: number; code?: string };
  if (error instanceof FilemillError || !(error instanceof Error) || status < 400 || status > 499) return error;
  if (code === 'FST_ERR_BAD_URL') return undecodable(pathOf(request), error);
  const reason = status === 413 ? 'MESSAGE_TOO_LARGE' : 'REQUEST_INVALID';
  return new FilemillError(reason, bodyFaults[code] ?? error.message, { cause: error });
}

/** A file name in a URL is refused like any other file name. */
function undecodable(path: string, cause: Error): FilemillError {
  const name = /^\/files\/(.*)$/.exec(path)?.[1];
  const why = 'is not valid UTF-8 after percent-decoding.';
  return name === undefined
    ? new FilemillError('REQUEST_INVALID', `The address ${JSON.stringify(path)} ${why}`, { cause })
    : new FilemillError('NAME_INVALID', `The name ${JSON.stringify(name)} ${why}`, { cause });
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  const problem = { ...toProblem(error), request_id: request.id };
  requestFailed(logger, endedRequest(request), error, problem.reason);
  discardRest(request.raw);
  if (problem.reason === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer realm="filemill"');
  const seconds = retryAfterSeconds(error);
  if (seconds !== undefined) reply.header('retry-after', seconds);
  return reply
    .headers({ ...securityHeaders, [requestIdKey]: request.id })
    .code(problem.status)
    .type(problemType)
    .send(JSON.stringify(problem));
}

function tellAnswered(
  logger: Logger,
  request: FastifyRequest,
  { statusCode: status, elapsedTime }: FastifyReply,
): void {
  const { url: route } = request.routeOptions;
  requestAnswered(logger, endedRequest(request), { route, status, seconds: elapsedTime / 1_000 });
}

function endedRequest(request: FastifyRequest) {
  const trace = traceOf(request);
  const known = { requestId: request.id, ...(trace && { traceId: traceIdOf(trace) }) };
  return { ...known, method: request.method, path: pathOf(request) };
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string;
}

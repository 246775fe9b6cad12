import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { FilemillError } from '#domain/errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { Backend } from '../backend.ts';
import { sessionCookie } from '../http/access.ts';
import { flowCookie, readFlow } from './flow-cookie.ts';
import type { Provider } from './provider.ts';
import { troublePage } from './trouble-page.ts';

interface SignInContext {
  readonly backend: Pick<Backend, 'access'>;
  readonly provider: Provider;
  readonly logger: Logger;
}

const callbackPath = '/auth/callback';

/** Whether the provider's site sends a browser back. */
export function isCallback({ method, routeOptions: { url = '' } }: FastifyRequest): boolean {
  return method === 'GET' && url === callbackPath;
}

/** Sends browsers to the OpenID provider, and begins a session of the page when they come back. */
export function serveSignIn(app: FastifyInstance, { backend, provider, logger }: SignInContext): void {
  const { base } = provider;
  const overTls = base.startsWith('https:');
  const fail = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
    const { status, words } = troubleOf(error, provider.host);
    const { message, code } = error as Error & { code?: string };
    logger.warn({ requestId: request.id, provider: provider.host, detail: message, code }, 'a sign-in did not work');
    return reply.code(status).type('text/html; charset=utf-8').send(troublePage(words, base));
  };

  app.get<{ Querystring: { to?: unknown } }>('/auth/login', { config: { need: 'open' } }, async (request, reply) => {
    try {
      const { url, flow } = await provider.begin(placeIn(base, request.query.to));
      return reply.header('set-cookie', flowCookie(flow, overTls)).redirect(url, 303);
    } catch (error) {
      return fail(request, reply, error);
    }
  });

  app.get(callbackPath, { config: { need: 'open' }, exposeHeadRoute: false }, async (request, reply) => {
    const flow = readFlow(request.headers.cookie, overTls);
    // An answer of the provider is used once.
    reply.header('set-cookie', flowCookie(undefined, overTls));
    try {
      if (flow === undefined) throw new FilemillError('REQUEST_INVALID', 'The cookie of the sign-in is missing.');
      const [, query = ''] = request.url.split('?', 2);
      const authorization = `Bearer ${await provider.finish(query, flow)}`;
      const onward = { requestId: request.id, authorization };
      const { secret, expiresAt } = await backend.access.createSession({}, onward);
      return reply
        .header('set-cookie', sessionCookie(secret, overTls, expiresAt && timestampDate(expiresAt)))
        .redirect(`${base}/${placeIn(base, flow.to)}`, 303);
    } catch (error) {
      return fail(request, reply, error);
    }
  });
}

/** A place of the page, relative to the base URL; the overview for anything else, so that no link leads elsewhere. */
function placeIn(base: string, to: unknown): string {
  const href = URL.parse(String(to), `${base}/`)?.href ?? '';
  return href.startsWith(`${base}/ui/`) && href.length < 2_000 ? href.slice(base.length + 1) : 'ui/';
}

interface Trouble {
  readonly status: number;
  readonly words: readonly string[];
}

function troubleOf(error: unknown, host: string): Trouble {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError)
    return { status: 403, words: [`${host} refused: ${error.error}.`] };
  if (error instanceof FilemillError) return troubles[error.reason]?.(host) ?? away(error.message);
  if (error instanceof ClientError && misfits.includes(error.code ?? ''))
    return { status: 400, words: [`The answer of ${host} does not belong to this sign-in.`] };
  return away(`${host} does not answer as expected.`);
}

/** Of openid-client: another state, nonce or audience, or a code that was cut out of another answer. */
const misfits = ['OAUTH_INVALID_RESPONSE', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED'];

const troubles: Readonly<Record<string, (host: string) => Trouble>> = {
  REQUEST_INVALID: () => ({
    status: 400,
    words: ['This sign-in took longer than ten minutes, began in another browser, or has been used already.'],
  }),
  UNAUTHENTICATED: (host) => ({
    status: 403,
    words: [
      `${host} knows you, but this server does not admit you.`,
      'Its operator can find out why: the token must be for this server (FILEMILL_OIDC_AUDIENCE) and name a tenant.',
    ],
  }),
};

function away(what: string): Trouble {
  return { status: 503, words: [what, 'Wait a moment.'] };
}

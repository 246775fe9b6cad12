import type { FastifyRequest } from 'fastify';
import { identityFromMessage } from '#contract/callers.ts';
import { type Identity, type Need, requireScope } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import { KnownCallers } from '#platform/rpc/guard/known-callers.ts';
import type { Backend } from '../backend.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route demands of its caller; absent for the page and its assets, which hold no data. */
    readonly need?: Need;
  }

  interface FastifyRequest {
    /** Whether the browser speaks TLS, to this server or to a proxy in front of it. */
    overTls: boolean;
    /** Whether a page on another origin sends it. */
    isForeign: boolean;
  }
}

/** The cookie of a session. Browsers accept the prefix only over TLS, for the whole host, and from the host itself. */
export const cookieNames = { tls: '__Host-filemill', clear: 'filemill-session' } as const;

/** The header that the page sends with every change, and that another site cannot make a browser send. */
export const pageHeader = 'x-filemill-page';

const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Says who sends a request, and refuses it before its body is read if the caller may not do this. */
export class AccessGate {
  readonly #isRequired: boolean;
  readonly #callers: KnownCallers;

  constructor({ access }: Pick<Backend, 'access'>, auth: 'none' | 'required') {
    this.#isRequired = auth === 'required';
    this.#callers = new KnownCallers(async (credentials, clientAddress) => {
      const { caller } = await access.getCaller({}, { authorization: `Bearer ${credentials}`, clientAddress });
      return identityFromMessage(caller);
    });
  }

  /** @throws FilemillError UNAUTHENTICATED, PERMISSION_DENIED */
  async admit(request: FastifyRequest): Promise<void> {
    const { need } = request.routeOptions.config;
    if (!this.#isRequired || need === undefined || need === 'open') return;
    requireScope(await this.#identify(request), need);
    if (isByCookie(request)) refuseForgery(request);
  }

  /** Whether the caller is still admitted; for answers that last. @throws FilemillError UNAUTHENTICATED */
  async readmit(request: FastifyRequest): Promise<void> {
    if (this.#isRequired) await this.#identify(request);
  }

  #identify(request: FastifyRequest): Promise<Identity> {
    const { authorization, clientAddress } = onBehalfOf(request);
    return this.#callers.identify(authorization, clientAddress);
  }
}

/** The credentials of a request, which calls on its behalf carry on: the header, or else the session of the page. */
function authorizationOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  const session = authorization === undefined ? sessionOf(request) : undefined;
  return session === undefined ? authorization : `Bearer ${session}`;
}

/** What calls on behalf of a request carry on. */
export function onBehalfOf(request: FastifyRequest): Pick<CallOptions, 'authorization' | 'clientAddress'> {
  return { authorization: authorizationOf(request), clientAddress: request.ip };
}

/** @param expires undefined ends the session */
export function sessionCookie(secret: string, overTls: boolean, expires: Date | undefined): string {
  const name = overTls ? cookieNames.tls : cookieNames.clear;
  const end = expires === undefined ? 'Max-Age=0' : `Expires=${expires.toUTCString()}`;
  return `${name}=${secret}; Path=/; HttpOnly; SameSite=Strict; ${overTls ? 'Secure; ' : ''}${end}`;
}

function isByCookie(request: FastifyRequest): boolean {
  return request.headers.authorization === undefined && sessionOf(request) !== undefined;
}

/** Any host of the same site can set a cookie without the prefix, and so sign people in as somebody else. */
function sessionOf({ headers: { cookie = '' }, overTls }: FastifyRequest): string | undefined {
  const start = `${overTls ? cookieNames.tls : cookieNames.clear}=`;
  const pairs = cookie.split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length);
}

/** A browser attaches the cookie by itself; that the page meant it, only this header shows. */
function refuseForgery({ method, headers }: FastifyRequest): void {
  if (safeMethods.includes(method) || headers[pageHeader] !== undefined) return;
  throw new FilemillError(
    'ORIGIN_REFUSED',
    `A change with the session of the page must have the header ${pageHeader}.`,
  );
}

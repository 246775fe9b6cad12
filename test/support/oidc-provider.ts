import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type JWTPayload, SignJWT } from 'jose';
import { makeKey } from './issuer.ts';

export const clientId = 'filemill-page';
export const clientSecret = 'a secret: with signs & spaces';

/** An OpenID provider on this machine that people sign in with: the authorization code flow, as far as the page uses it. */
export interface OidcProvider extends AsyncDisposable {
  /** On another site than 127.0.0.1, as browsers see it. */
  readonly url: string;
  /** Of every ID token from now on, beside the usual ones. */
  claims: JWTPayload;
  /** The parameters of each request for a code. */
  readonly asked: URLSearchParams[];
  /** Answers 503 while true. */
  failing: boolean;
}

export async function startOidcProvider(): Promise<OidcProvider> {
  const key = await makeKey('first');
  const codes = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const provider: OidcProvider = {
    ...{ url, claims: { tenant: 'red', roles: ['filemill:read'] }, asked: [], failing: false },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  const configuration = {
    ...{ issuer: url, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` },
    ...{ jwks_uri: `${url}/keys`, response_types_supported: ['code'], subject_types_supported: ['public'] },
    ...{ id_token_signing_alg_values_supported: ['ES256'], code_challenge_methods_supported: ['S256'] },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', url);
    if (provider.failing) return void response.writeHead(503).end();
    if (pathname === '/authorize') return askForConsent(searchParams, response);
    if (pathname === '/token') return await exchange(request, response);
    const found = { '/.well-known/openid-configuration': configuration, '/keys': { keys: [key.jwk] } }[pathname];
    json(response, found === undefined ? 404 : 200, found ?? {});
  }

  /** A page of the provider, as people see one. */
  function askForConsent(asked: URLSearchParams, response: ServerResponse): void {
    provider.asked.push(asked);
    const code = randomUUID();
    codes.set(code, asked);
    const back = (answer: Record<string, string>) =>
      `${asked.get('redirect_uri')}?${new URLSearchParams({ state: asked.get('state') ?? '', ...answer })}`;
    const page = `<a href="${back({ code })}">Yes</a> <a href="${back({ error: 'access_denied' })}">No</a>`;
    response.setHeader('content-type', 'text/html').end(page.replaceAll('&', '&amp;'));
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const asked = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const proven = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!isClient(request.headers.authorization)) return json(response, 401, { error: 'invalid_client' });
    if (asked?.get('code_challenge') !== proven || asked.get('redirect_uri') !== form.get('redirect_uri'))
      return json(response, 400, { error: 'invalid_grant' });
    const now = Math.floor(Date.now() / 1_000);
    const usual = { iss: url, aud: clientId, sub: 'ada', name: 'Ada', iat: now, exp: now + 300 };
    const idToken = await new SignJWT({ ...usual, nonce: asked.get('nonce'), ...provider.claims })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid })
      .sign(key.privateKey);
    json(response, 200, { access_token: randomUUID(), token_type: 'bearer', expires_in: 300, id_token: idToken });
  }

  return provider;
}

/** RFC 6749, section 2.3.1: both are encoded as in a form. */
function isClient(authorization = ''): boolean {
  const [id, secret] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':');
  const given = [...new URLSearchParams(`${id}=${secret}`)];
  return given[0]?.[0] === clientId && given[0][1] === clientSecret;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

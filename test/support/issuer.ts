import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** An OpenID provider on this machine, as far as a service that checks JWTs sees one. */
export interface Issuer extends AsyncDisposable {
  readonly url: string;
  /** How often the keys were fetched. */
  readonly fetches: () => number;
  /** A JWT that is valid for five minutes, but for what the claims and the options change. */
  sign(claims?: JWTPayload, options?: { readonly key?: SigningKey; readonly expiresIn?: number }): Promise<string>;
  /** From now on it has another key, and no longer the earlier one. */
  rotate(): Promise<void>;
  /** Answers 503 until it is restored. */
  fail(): void;
  restore(): void;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

export const audience = 'filemill-tests';

export async function startIssuer(): Promise<Issuer> {
  let [current, failing, fetches] = [await makeKey('first'), false, 0];
  const server = createServer((request, response) => {
    if (failing) return response.writeHead(503).end();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration')
      return response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }));
    fetches += 1;
    return response.end(JSON.stringify({ keys: [current.jwk] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    fetches: () => fetches,
    async sign(claims = {}, { key = current, expiresIn = 300 } = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const usual = { iss: url, aud: audience, sub: 'ada', iat: now, exp: now + expiresIn, tenant: 'red' };
      return await new SignJWT({ ...usual, scope: 'filemill:read', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: key.kid })
        .sign(key.privateKey);
    },
    async rotate() {
      current = await makeKey('second');
    },
    fail: () => {
      failing = true;
    },
    restore: () => {
      failing = false;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function makeKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

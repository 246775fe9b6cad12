import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { FilemillError } from '#domain/errors.ts';
import type { SignInConfig } from './config.ts';
import type { Flow } from './flow-cookie.ts';

const answerWithinSeconds = 5;
/** The provider's endpoints may move; they are asked for again after this time. */
const freshMs = 60 * 60_000;

/** An OpenID provider that people sign in with: the authorization code flow, with PKCE, state and nonce. */
export class Provider {
  /** Shown to people. */
  readonly host: string;
  /** The public base URL of this server. */
  readonly base: string;
  readonly #config: SignInConfig;
  #known: { readonly until: number; readonly endpoints: Promise<Configuration> } | undefined;

  constructor(config: SignInConfig) {
    this.#config = config;
    this.base = config.base;
    this.host = new URL(config.issuer).host;
  }

  /** @returns the address of the provider's own page, and what to remember. @throws when the provider does not answer */
  async begin(to: string): Promise<{ readonly url: string; readonly flow: Flow }> {
    const flow = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), to };
    const url = buildAuthorizationUrl(await this.#endpoints(), {
      redirect_uri: this.#callback,
      scope: this.#config.scopes,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, flow };
  }

  /**
   * Exchanges the code for tokens.
   *
   * @param query of the request to the callback
   * @returns the JWT that proves who signed in
   * @throws an error of openid-client if the answer is a refusal, or not to this request
   */
  async finish(query: string, { state, nonce, verifier }: Flow): Promise<string> {
    const answer = new URL(`${this.#callback}?${query}`);
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    const tokens = await authorizationCodeGrant(await this.#endpoints(), answer, checks);
    const proof = tokens[this.#config.proof];
    if (proof !== undefined) return proof;
    throw new FilemillError('INTERNAL', `The provider sent no ${this.#config.proof}.`);
  }

  get #callback(): string {
    return `${this.base}/auth/callback`;
  }

  #endpoints(): Promise<Configuration> {
    if (this.#known !== undefined && performance.now() < this.#known.until) return this.#known.endpoints;
    const { issuer, clientId, clientSecret } = this.#config;
    const endpoints = discovery(new URL(issuer), clientId, undefined, authentication(clientSecret), {
      timeout: answerWithinSeconds,
      // The settings allow that on this machine alone.
      execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [],
    });
    endpoints.catch(() => {
      this.#known = undefined;
    });
    this.#known = { until: performance.now() + freshMs, endpoints };
    return endpoints;
  }
}

/** As the provider says that it wants the secret; by default in the Authorization header (OpenID Connect Core, section 9). */
function authentication(secret: string | undefined): ClientAuth {
  if (secret === undefined) return None();
  return (server, ...rest) => {
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } = server;
    const send = methods.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret);
    return send(server, ...rest);
  };
}

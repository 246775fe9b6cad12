import { createLocalJWKSet, errors, type FlattenedJWSInput, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import type { Logger } from '#platform/logger.ts';

/** Keys are fetched again when they are older, so that a key that the issuer withdrew is refused after this time. */
const freshMs = 5 * 60_000;
/** A key that is not known, or an issuer that does not answer, leads to one fetch in this time. */
const coolDownMs = 10_000;
/** While the issuer does not answer, its last keys are good for this long. */
const staleMs = 24 * 60 * 60_000;
const answerWithinMs = 5_000;

type FindKey = ReturnType<typeof createLocalJWKSet>;

/** The public keys of an issuer, as it published them last. An outage of the issuer does not lock everyone out at once. */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #logger: Logger;
  #url: string | undefined;
  #find: FindKey | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  /** @param url undefined: as the issuer's OpenID configuration says */
  constructor(issuer: string, url: string | undefined, logger: Logger) {
    this.#issuer = issuer;
    this.#url = url;
    this.#logger = logger;
  }

  /** @throws JWKSNoMatchingKey, or the error of the first fetch */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput) {
    if (performance.now() - this.#fetchedAt > freshMs) await this.#refresh();
    try {
      return await this.#known()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh();
      return await this.#known()(header, token);
    }
  }

  #known(): FindKey {
    if (this.#find !== undefined && performance.now() - this.#fetchedAt < staleMs) return this.#find;
    throw new errors.JWKSTimeout('The keys of the issuer cannot be fetched.');
  }

  /** Never rejects: what was fetched before stays in use. */
  async #refresh(): Promise<void> {
    if (performance.now() - this.#triedAt < coolDownMs) return await this.#fetching;
    this.#triedAt = performance.now();
    this.#fetching = this.#fetch().catch((error: Error) => {
      const ageMs = Math.round(performance.now() - this.#fetchedAt);
      const age = Number.isFinite(ageMs) ? { keysAreOldMs: ageMs } : {};
      this.#logger.warn(
        { issuer: this.#issuer, reason: error.message, ...age },
        'the keys of the issuer cannot be fetched',
      );
    });
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#url ??= await this.#discover();
    this.#find = createLocalJWKSet((await getJson(this.#url)) as JSONWebKeySet);
    this.#fetchedAt = performance.now();
  }

  async #discover(): Promise<string> {
    const found = await getJson(`${this.#issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { issuer, jwks_uri: url } = found as { issuer?: unknown; jwks_uri?: unknown };
    if (issuer !== this.#issuer) throw new Error(`the configuration belongs to another issuer: ${String(issuer)}`);
    if (typeof url !== 'string') throw new Error('the configuration names no jwks_uri');
    return url;
  }
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(answerWithinMs) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return await answer.json();
}

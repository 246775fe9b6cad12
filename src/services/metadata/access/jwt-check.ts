import { errors, type JWTPayload, jwtVerify } from 'jose';
import { type Identity, isTenantName, type Scope, scopes } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { IssuerKeys } from './issuer-keys.ts';

export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string | undefined;
  readonly algorithms: readonly string[];
  readonly tenantClaim: string;
  readonly tenant: string | undefined;
}

/** The identity that a JWT of the configured issuer proves. */
export class JwtCheck {
  readonly #settings: OidcSettings;
  readonly #keys: IssuerKeys;

  constructor(settings: OidcSettings, logger: Logger) {
    this.#settings = settings;
    this.#keys = new IssuerKeys(settings.issuer, settings.jwksUrl, logger);
  }

  /**
   * @returns undefined if the JWT proves nothing
   * @throws FilemillError UNAVAILABLE while the keys of the issuer are not known
   */
  async identify(jwt: string): Promise<Identity | undefined> {
    const { issuer, audience, algorithms } = this.#settings;
    try {
      const { payload } = await jwtVerify(jwt, (header, token) => this.#keys.find(header, token), {
        issuer,
        audience,
        algorithms: [...algorithms],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
      });
      return this.#identityOf(payload);
    } catch (error) {
      if (error instanceof errors.JWKSTimeout)
        throw new FilemillError('UNAVAILABLE', 'The issuer of the JWT does not answer.', { cause: error });
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  #identityOf(claims: JWTPayload): Identity | undefined {
    const tenant = this.#settings.tenant ?? claims[this.#settings.tenantClaim];
    if (typeof tenant !== 'string' || !isTenantName(tenant)) return undefined;
    const { sub: id, exp = 0 } = claims;
    if (typeof id !== 'string' || id.length > longestSubject || /\p{C}/u.test(id)) return undefined;
    const [name = ''] = [claims.name, claims.email, id].map(nameFrom).filter((text) => text !== '');
    return { kind: 'jwt', id, name, tenant, scopes: scopesOf(claims), expiresAt: exp * 1_000 };
  }
}

/** OpenID Connect Core, section 2. */
const longestSubject = 255;
const longestName = 100;

/** Users may call themselves what they like: logs, terminals and the audit get one line that can be stored. */
function nameFrom(claim: unknown): string {
  if (typeof claim !== 'string') return '';
  const line = claim.replace(/\p{C}+/gu, ' ').trim();
  return [...line].slice(0, longestName).join('');
}

/** `filemill:read` and the like in the claim `scope` (a text, RFC 8693), `scp` or `roles` (lists). */
function scopesOf(claims: JWTPayload): readonly Scope[] {
  const told = [claims.scope, claims.scp, claims.roles].flatMap((claim) =>
    typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [],
  );
  return scopes.filter((scope) => told.includes(`filemill:${scope}`));
}

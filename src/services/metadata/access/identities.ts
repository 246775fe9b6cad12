import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  findLiveToken,
  forgetEndedSessions,
  insertToken,
  type TokenRow,
  touchToken,
} from '#adapters/postgres/access/tokens.ts';
import type { Database } from '#adapters/postgres/database/database.ts';
import { defaultTenant, type Identity, invalidCredentials, type Scope, scopes } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { mintToken, parseToken, type Token, tokenText } from '#domain/token.ts';
import type { Logger } from '#platform/logger.ts';
import type { IdentityConfig } from './config.ts';
import { JwtCheck } from './jwt-check.ts';

/** What a new token says of itself. */
export interface TokenRequest {
  readonly name: string;
  readonly owner: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  /** The id of the token that the session was begun with, or null. */
  readonly session?: { readonly parent: string | null };
}

const touchEveryMs = 60_000;
const sessionMs = 12 * 60 * 60_000;

/** Checks credentials, and makes tokens. */
export class Identities {
  readonly #database: Database;
  readonly #config: IdentityConfig;
  readonly #jwts: JwtCheck | undefined;
  readonly #logger: Logger;
  /** When each token was last noted as used, by the monotonic clock. */
  readonly #touched = new Map<string, number>();

  constructor(database: Database, config: IdentityConfig, logger: Logger) {
    this.#database = database;
    this.#config = config;
    this.#jwts = config.oidc && new JwtCheck(config.oidc, logger);
    this.#logger = logger;
  }

  /** @throws FilemillError UNAUTHENTICATED, which does not say why */
  async identify(credentials: string): Promise<Identity> {
    const token = parseToken(credentials);
    const found = token === undefined ? await this.#jwts?.identify(credentials) : await this.#identifyToken(token);
    if (found !== undefined) return found;
    throw invalidCredentials();
  }

  /** @throws FilemillError REQUEST_INVALID where tokens are not configured */
  async create(request: TokenRequest): Promise<{ readonly row: TokenRow; readonly secret: string }> {
    const [key] = this.#config.tokenKeys;
    if (key === undefined)
      throw new FilemillError(
        'REQUEST_INVALID',
        'This server has no tokens of its own: FILEMILL_TOKEN_KEY is not set.',
      );
    const token = mintToken();
    const { session, ...rest } = request;
    const row = await insertToken(this.#database, {
      ...rest,
      id: token.id,
      secretHash: hashOf(token, key),
      isSession: session !== undefined,
      parent: session?.parent ?? null,
    });
    return { row, secret: tokenText(token) };
  }

  /**
   * A token with the rights of the caller that ends with the caller's own, or after twelve hours.
   *
   * @throws FilemillError REQUEST_INVALID for a caller without credentials of its own
   */
  async beginSession({ kind, id, name, tenant, scopes, expiresAt }: Identity) {
    if (kind !== 'token' && kind !== 'jwt')
      throw new FilemillError('REQUEST_INVALID', 'A session begins with a token or a JWT.');
    await forgetEndedSessions(this.#database);
    const end = new Date(Math.min(expiresAt ?? Number.POSITIVE_INFINITY, Date.now() + sessionMs));
    const parent = kind === 'token' && id !== this.#config.adminToken?.id ? id : null;
    return await this.create({ name, owner: '', tenant, scopes, expiresAt: end, session: { parent } });
  }

  async #identifyToken(token: Token): Promise<Identity | undefined> {
    if (this.#isAdmin(token)) return operator(token.id);
    const row = await findLiveToken(this.#database, token.id);
    // Without a row, as much is computed as with one.
    const hash = row?.secretHash ?? Buffer.alloc(hashBytes);
    const matches = this.#config.tokenKeys.map((key) => timingSafeEqual(hashOf(token, key), hash));
    if (row === undefined || !matches.includes(true)) return undefined;
    this.#touch(token.id);
    const { id, name, tenant, scopes } = row;
    return { kind: row.isSession ? 'session' : 'token', id, name, tenant, scopes, expiresAt: row.expiresAt?.getTime() };
  }

  #isAdmin({ id, secret }: Token): boolean {
    const { adminToken } = this.#config;
    if (adminToken === undefined || id !== adminToken.id) return false;
    return timingSafeEqual(Buffer.from(secret), Buffer.from(adminToken.secret));
  }

  /** Notes the use of a token, at most once a minute. */
  #touch(id: string): void {
    const now = performance.now();
    if (now - (this.#touched.get(id) ?? Number.NEGATIVE_INFINITY) < touchEveryMs) return;
    if (this.#touched.size > 10_000) this.#touched.clear();
    this.#touched.set(id, now);
    touchToken(this.#database, id).catch((error: Error) =>
      this.#logger.debug({ token: id, err: error }, 'the use of a token was not noted'),
    );
  }
}

const hashBytes = 32;

function hashOf({ secret }: Token, key: string): Buffer {
  return createHmac('sha256', key).update(secret).digest();
}

function operator(id: string): Identity {
  return { kind: 'token', id, name: 'the operator', tenant: defaultTenant, scopes };
}

import { hash } from 'node:crypto';
import { type Identity, invalidCredentials } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';

/** How long an answer holds: a revoked token is refused after this time. */
const holdsMs = 2_000;
const mostKnown = 10_000;

type Ask = (credentials: string, address: string | undefined) => Promise<Identity>;

interface Known {
  readonly until: number;
  readonly identity: Promise<Identity>;
}

/** Remembers for a moment who sent which credentials, so that a stream of calls costs one question. */
export class KnownCallers {
  readonly #ask: Ask;
  readonly #known = new Map<string, Known>();

  /** @param ask rejects with UNAUTHENTICATED for credentials that are not valid */
  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /**
   * @param authorization the header of the call
   * @param address of the client, if whoever is asked needs to know
   * @throws FilemillError UNAUTHENTICATED; UNAVAILABLE when nobody can be asked
   */
  async identify(authorization: string | undefined, address?: string): Promise<Identity> {
    const credentials = bearerOf(authorization);
    // Secrets are not kept in memory for longer than a call.
    const key = hash('sha256', credentials);
    const known = this.#known.get(key);
    const fresh =
      known !== undefined && performance.now() < known.until ? known : this.#askFor(key, credentials, address);
    const identity = await fresh.identity;
    if (identity.expiresAt === undefined || Date.now() < identity.expiresAt) return identity;
    throw invalidCredentials();
  }

  #askFor(key: string, credentials: string, address: string | undefined): Known {
    const identity = this.#ask(credentials, address);
    identity.catch((error: unknown) => {
      const isAnswer = error instanceof FilemillError && error.reason === 'UNAUTHENTICATED';
      if (!isAnswer) this.#known.delete(key);
    });
    this.#known.delete(key);
    if (this.#known.size >= mostKnown) this.#forgetOldest();
    const known = { until: performance.now() + holdsMs, identity };
    this.#known.set(key, known);
    return known;
  }

  #forgetOldest(): void {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

/** @throws FilemillError UNAUTHENTICATED */
function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '')
    throw new FilemillError(
      'UNAUTHENTICATED',
      'This server needs credentials: send the header "Authorization: Bearer TOKEN".',
    );
  const [, credentials] = /^Bearer +([\w.~+/=-]{1,8192})$/i.exec(authorization) ?? [];
  if (credentials !== undefined) return credentials;
  throw new FilemillError('UNAUTHENTICATED', 'The header "Authorization" must be "Bearer TOKEN".');
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { exposedHeaders, heardHeaders } from './cross-origin-headers.ts';

/** Browsers may keep the answer to a preflight for so many seconds; Chromium keeps none for longer. */
const preflightSeconds = 7_200;

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/**
 * The pages on other origins that may use this server from a browser (CORS, as the Fetch standard has it). They need
 * a token of their own: `Access-Control-Allow-Credentials` is never sent.
 */
export class AllowedOrigins {
  static readonly none = new AllowedOrigins([]);

  readonly #origins: ReadonlySet<string>;

  private constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Parses comma-separated origins; undefined unless each is written exactly as a browser sends it. */
  static parse(list: string): AllowedOrigins | undefined {
    const origins = list
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
    return origins.every(isOrigin) ? new AllowedOrigins(origins) : undefined;
  }

  has(origin: string): boolean {
    return this.#origins.has(origin);
  }

  /** Headers of every answer: a cache must keep the answers to different origins apart. */
  get vary(): Readonly<Record<string, string>> {
    return this.#origins.size === 0 ? {} : { vary: 'Origin' };
  }
}

function isOrigin(word: string): boolean {
  const url = URL.parse(word);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === word && !word.includes('*');
}

/**
 * Lets a page on an allowed origin read the answer, and removes its cookies: what a browser attaches by itself counts for
 * nothing there, even where the origins belong to one site.
 *
 * @returns whether this was a preflight, which is answered now
 */
export function admitOrigin(request: FastifyRequest, reply: FastifyReply, origin: string): boolean {
  delete request.headers.cookie;
  reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': exposedHeaders });
  // Browsers ask without credentials whether a request would be accepted.
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
  reply.code(204).headers(preflightHeaders).send();
  return true;
}

const preflightHeaders = {
  'access-control-allow-methods': methods,
  'access-control-allow-headers': heardHeaders,
  'access-control-max-age': String(preflightSeconds),
} as const;

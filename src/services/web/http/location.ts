import type { FastifyRequest } from 'fastify';

/**
 * The relative reference (RFC 3986, section 4.2) from the address of this request to `path`. It leaves out what lies
 * above both, so that it holds below the path of a proxy: from `/uploads` it is `uploads/ID`, from `/uploads/` it is
 * `ID`.
 *
 * @param path absolute; its last segment must not be empty
 */
export function locationOf({ url }: FastifyRequest, path: `/${string}`): string {
  // A request may carry a whole URL in place of a path (RFC 9112, section 3.2.2).
  const { pathname } = new URL(url, 'http://localhost');
  const from = pathname.split('/').slice(1, -1);
  const to = path.split('/').slice(1);
  const shared = from.findIndex((segment, n) => n >= to.length - 1 || segment !== to[n]);
  const above = shared === -1 ? from.length : shared;
  return '../'.repeat(from.length - above) + to.slice(above).join('/');
}

/** The path below which a proxy serves this server, if the proxy names it. */
export function prefixOf({ headers }: FastifyRequest): string | undefined {
  return /^((?:\/[\w.~%-]+)+)\/?$/.exec(String(headers['x-forwarded-prefix'] ?? ''))?.[1];
}

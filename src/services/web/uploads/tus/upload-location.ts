import type { FastifyRequest } from 'fastify';
import { locationOf, prefixOf } from '../../http/location.ts';

/**
 * The `Location` of an upload. A relative reference holds below any path of a proxy, and most clients resolve it as
 * RFC 9110 says; `publicHttp` serves the others. In a browser, tus-js-client and Uppy with an endpoint without host,
 * such as `/uploads/`, leave it relative to the page. So browsers, which send `Origin`, get an absolute path, below
 * the prefix that a proxy removes if the proxy or the page names it.
 */
export function uploadLocation(request: FastifyRequest, id: string, publicHttp?: string): string {
  const path = `/uploads/${id}` as const;
  if (publicHttp !== undefined) return publicHttp + path;
  const below = prefixOf(request);
  if (below !== undefined) return below + path;
  return request.headers.origin === undefined ? locationOf(request, path) : path;
}

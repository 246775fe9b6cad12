import type { FastifyRequest } from 'fastify';
import { locationOf } from '../../http/location.ts';

/**
 * Where an upload goes on. A relative reference holds behind a proxy that serves this under any path, and most clients
 * resolve it as RFC 9110 has it; for those that do not, `publicHttp` can be told. tus-js-client, and Uppy with it, leave it as
 * it is in a browser when their endpoint has no host, as `/uploads/`; the browser then takes it to be relative to its
 * page. So browsers, which send `Origin`, get a path from the root: below the one that a proxy takes away, if it, or the
 * page, names that.
 */
export function uploadLocation(request: FastifyRequest, id: string, publicHttp?: string): string {
  const path = `/uploads/${id}` as const;
  if (publicHttp !== undefined) return publicHttp + path;
  const { origin, 'x-forwarded-prefix': prefix } = request.headers;
  const [, below] = /^((?:\/[\w.~%-]+)+)\/?$/.exec(String(prefix ?? '')) ?? [];
  if (below !== undefined) return below + path;
  return origin === undefined ? locationOf(request, path) : path;
}

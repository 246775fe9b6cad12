import type { FastifyRequest } from 'fastify';
import { locationOf } from '../location.ts';

/**
 * Where an upload goes on. A relative reference holds behind a proxy that serves this under any path, and all clients but
 * one resolve it: tus-js-client, and Uppy with it, leave it as it is in a browser when their endpoint has no host, as
 * `/uploads/`; the browser then takes it to be relative to its page. So browsers, which send `Origin`, get a path from
 * the root: below the one that the proxy names, or the page, when there is a proxy that takes a path away.
 */
export function uploadLocation(request: FastifyRequest, id: string): string {
  const path = `/uploads/${id}` as const;
  const { origin, 'x-forwarded-prefix': prefix } = request.headers;
  const [, below] = /^((?:\/[\w.~%-]+)+)\/?$/.exec(String(prefix ?? '')) ?? [];
  if (below !== undefined) return below + path;
  return origin === undefined ? locationOf(request, path) : path;
}

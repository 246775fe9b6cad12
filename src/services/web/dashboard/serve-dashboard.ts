import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FilemillError } from '#domain/errors.ts';
import type { Asset, BuiltDashboard } from './built-dashboard.ts';
import { chooseCoding } from './built-dashboard.ts';

/** Allows only what this server itself serves, and no framing. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const howToBuild = `The dashboard is not built.

  npm run build:dashboard

in the folder of Filemill builds it; then restart the web service. FILEMILL_DASHBOARD_DIR names another folder.
The HTTP API works without it: /api/v1/openapi.json describes every route.
`;

const pages = ['/', '/ui', '/ui/*'];

/** Whether the dashboard page is requested. */
export function isPage({ method, routeOptions: { url = '' } }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && pages.includes(url);
}

/** Serves the page at `/` and below `/ui/`, and its assets. */
export function serveDashboard(app: FastifyInstance, dashboard: BuiltDashboard | undefined): void {
  for (const url of pages)
    app.get(url, async (request, reply) =>
      dashboard === undefined
        ? reply.code(404).type('text/plain; charset=utf-8').send(howToBuild)
        : sendPage(request, reply, dashboard.page),
    );
  app.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const asset = dashboard?.assets.get(request.params.name);
    if (asset === undefined) throw new FilemillError('ROUTE_NOT_FOUND', 'The dashboard has no such asset.');
    // The name of an asset contains its hash, so it may be cached for ever.
    return sendAsset(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), asset);
  });
}

/**
 * Makes the links of the page relative to the address, so that it works below the path of a proxy. The page is too
 * short to be worth compressing.
 */
export function sendPage({ url }: FastifyRequest, reply: FastifyReply, page: string): FastifyReply {
  // A request may carry a whole URL, or `*`, in place of a path (RFC 9112, section 3.2).
  const { pathname } = new URL(url, 'http://localhost');
  const depth = pathname.split('/').length - 2;
  const root = depth === 0 ? './' : '../'.repeat(depth);
  return reply
    .headers({ 'content-security-policy': contentSecurityPolicy })
    .type('text/html; charset=utf-8')
    .send(page.replaceAll('"./assets/', `"${root}assets/`));
}

/** Compressed, if that was done when it was built and the client accepts it. */
export function sendAsset({ headers }: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  const { type, body, coded } = asset;
  const coding = chooseCoding(headers['accept-encoding'], (name) => coded.has(name));
  reply.header('vary', 'accept-encoding').type(type);
  if (coding === undefined) return reply.send(body);
  return reply.header('content-encoding', coding).send(coded.get(coding));
}

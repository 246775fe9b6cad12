import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FilemillError } from '#domain/errors.ts';
import { type Asset, readAssets } from '../dashboard/built-dashboard.ts';
import { contentSecurityPolicy, sendAsset } from '../dashboard/serve-dashboard.ts';
import { entityTag, matchesTag } from '../http/entity-tag.ts';

/** The built guide, held in memory: all its files by their paths, each with its entity tag. */
export type BuiltGuide = ReadonlyMap<string, Asset & { readonly tag: string }>;

const howToBuild = `The guide is not built.

  npm run build:docs

in the folder of Filemill builds it; then restart the web service. FILEMILL_GUIDE_DIR names another folder.
The pages it is made of are in docs/.
`;

const files = '/docs/guide/*';

/** Answers undefined when nothing is built. @throws Error for an unreadable folder */
export function readGuide(folder: string): BuiltGuide | undefined {
  try {
    const assets = readAssets(folder);
    return new Map([...assets].map(([path, asset]) => [path, { ...asset, tag: entityTag(asset.body) }]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a page or another file of the guide is requested. None holds data. */
export function isGuide({ method, routeOptions: { url = '' } }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && (url === files || url === '/docs/guide');
}

/** Serves the guide below `/docs/guide/`. Its links are relative, so that it works below the path of a proxy. */
export function serveGuide(app: FastifyInstance, guide: BuiltGuide | undefined): void {
  app.get('/docs/guide', async (request, reply) => {
    const query = request.url.split('?')[1];
    return reply.redirect(query === undefined ? 'guide/' : `guide/?${query}`, 308);
  });
  app.get<{ Params: { '*': string } }>(files, async (request, reply) => {
    const path = request.params['*'];
    if (guide === undefined) return reply.code(404).type('text/plain; charset=utf-8').send(howToBuild);
    const file = guide.get(path === '' ? 'index.html' : path);
    if (file === undefined) throw new FilemillError('ROUTE_NOT_FOUND', 'The guide has no such page.');
    return sendFile(request, reply, file);
  });
}

/** Names of pages stay as the guide changes, so that a browser asks each time whether it has the newest. */
function sendFile(request: FastifyRequest, reply: FastifyReply, file: Asset & { readonly tag: string }): FastifyReply {
  reply.headers({
    'cache-control': 'no-cache',
    'content-security-policy': contentSecurityPolicy,
    etag: file.tag,
  });
  if (matchesTag(request.headers['if-none-match'], file.tag)) return reply.code(304).send();
  return sendAsset(request, reply, file);
}

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BuiltDashboard } from './built-dashboard.ts';
import { howToBuild, sendPage } from './serve-dashboard.ts';

/** Whether the explorer of the API is requested. */
export function isExplorer({ method, routeOptions: { url = '' } }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && (url === '/docs' || url === '/docs/');
}

/** Serves the explorer of the API at `/docs`. Its links are relative to that address. */
export function serveExplorer(app: FastifyInstance, dashboard: BuiltDashboard | undefined): void {
  app.get('/docs', async (request, reply) =>
    dashboard?.explorer === undefined
      ? reply.code(404).type('text/plain; charset=utf-8').send(howToBuild)
      : sendPage(request, reply, dashboard.explorer),
  );
  app.get('/docs/', async (_request, reply) => reply.redirect('../docs', 308));
}

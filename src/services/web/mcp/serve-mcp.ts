import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { onBehalf } from '#mcp/on-behalf.ts';
import { mcpServer } from '#mcp/server.ts';
import { uploadByUrl } from '#mcp/tools/upload-file.ts';
import { version } from '#platform/this-service.ts';
import type { Backend } from '../backend.ts';
import { prefixOf } from '../http/location.ts';
import { clientGone, onwardOf } from '../http/serve-routes.ts';

interface McpSettings {
  readonly backend: Pick<Backend, 'metadata' | 'result'>;
  readonly publicHttp?: string | undefined;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

/**
 * Serves MCP over streamable HTTP to callers with any scope; each tool then demands its own. Nothing is kept between
 * requests, so that a client survives a restart, and any replica may answer it.
 */
export function serveMcp(app: FastifyInstance, settings: McpSettings): void {
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    config: { need: 'any' },
    handler: async (request, reply) => {
      const signal = AbortSignal.any([clientGone(reply.raw), settings.stopping]);
      const handler = createMcpHandler(() => serverFor(request, signal, settings));
      return await handler.fetch(webRequest(request, signal), { parsedBody: request.body });
    },
  });
}

function serverFor(request: FastifyRequest, signal: AbortSignal, { backend, publicHttp }: McpSettings): McpServer {
  const onward = onwardOf(request, signal);
  const files = onBehalf(backend.metadata, onward);
  const server = mcpServer({ files, results: onBehalf(backend.result, onward), version });
  uploadByUrl(server, { base: publicHttp ?? baseOf(request) });
  return server;
}

/** The body is parsed already, and held to the size of any other JSON body. */
function webRequest(request: FastifyRequest, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, String(value));
  return new Request(baseOf(request) + request.url, { method: request.method, headers, signal });
}

function baseOf(request: FastifyRequest): string {
  return `http${request.overTls ? 's' : ''}://${request.host}${prefixOf(request) ?? ''}`;
}

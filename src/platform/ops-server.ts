import { createServer, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';

/** Resolves when the service can do its work; rejects with what it lacks. */
export type ReadinessCheck = () => Promise<void>;

interface OpsOptions {
  readonly ready: ReadinessCheck;
  /** Lines of the service's own. */
  readonly metrics?: () => Promise<readonly string[]>;
}

/**
 * The port for operators: /livez answers while the process runs, /readyz while it can do its work,
 * /metrics in the Prometheus text format.
 */
export async function startOpsServer(address: string, options: OpsOptions): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/livez') answer(response, 200, 'ok');
    else if (path === '/readyz')
      options.ready().then(
        () => answer(response, 200, 'ok'),
        (error: unknown) => answer(response, 503, error instanceof Error ? error.message : String(error)),
      );
    else if (path === '/metrics') void allMetrics(options).then((metrics) => answer(response, 200, metrics));
    else answer(response, 404, 'not found');
  });
  await listen(server, address);
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${body}\n`);
}

/** Those of the service are left out while they cannot be told. */
async function allMetrics({ metrics = async () => [] }: OpsOptions): Promise<string> {
  const { user, system } = process.cpuUsage();
  const lines = [
    '# TYPE process_cpu_seconds_total counter',
    `process_cpu_seconds_total ${(user + system) / 1e6}`,
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
  ];
  return [...lines, ...(await metrics().catch(() => []))].join('\n');
}

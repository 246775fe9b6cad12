import { createServer, type ServerResponse } from 'node:http';
import type { StoreReport } from '#domain/store-fault.ts';
import { listen } from './listen.ts';
import { countedEvents } from './telemetry/events.ts';

/** Resolves when the service can work; rejects with what it lacks. */
export type ReadinessCheck = () => Promise<void>;

interface OpsOptions {
  readonly ready: ReadinessCheck;
  /** The state of a store that the service can do without, if it has one. */
  readonly doorbell?: () => StoreReport | undefined;
  /** Metrics of this service, in the Prometheus text format. */
  readonly metrics?: () => Promise<readonly string[]>;
}

/**
 * The port for operators: /livez answers while the process runs, /readyz while it can work, with a line for a store that it
 * does without, and /metrics in the Prometheus text format.
 */
export async function startOpsServer(address: string, options: OpsOptions): Promise<AsyncDisposable> {
  const { ready, doorbell } = options;
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/livez') answer(response, 200, 'ok');
    else if (path === '/readyz')
      ready().then(
        () => answer(response, 200, ['ok', ...degraded(doorbell?.())].join('\n')),
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

function degraded(report: StoreReport | undefined): string[] {
  return report?.fault === undefined ? [] : [`degraded: ${report.fault.sentence}`];
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${body}\n`);
}

/** Metrics of the service are left out while they cannot be read. */
async function allMetrics({ metrics = async () => [] }: OpsOptions): Promise<string> {
  const { user, system } = process.cpuUsage();
  const lines = [
    '# TYPE process_cpu_seconds_total counter',
    `process_cpu_seconds_total ${(user + system) / 1e6}`,
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
  ];
  return [...lines, ...countedEvents(), ...(await metrics().catch(() => []))].join('\n');
}

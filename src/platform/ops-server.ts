import { createServer, type ServerResponse } from 'node:http';
import type { StoreReport } from '#domain/store-fault.ts';
import { listen } from './listen.ts';
import { metricsPage } from './telemetry/telemetry.ts';

/** Resolves when the service can work; rejects with what it lacks. */
export type ReadinessCheck = () => Promise<void>;

interface OpsOptions {
  readonly ready: ReadinessCheck;
  /** The state of a store that the service can do without, if it has one. */
  readonly doorbell?: () => StoreReport | undefined;
}

/**
 * The port for operators: /livez answers while the process runs, /readyz while it can work, with a line for a store that it
 * does without, and /metrics in the Prometheus text format.
 */
export async function startOpsServer(address: string, { ready, doorbell }: OpsOptions): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/livez') answer(response, 200, 'ok');
    else if (path === '/readyz')
      ready().then(
        () => answer(response, 200, ['ok', ...degraded(doorbell?.())].join('\n')),
        (error: unknown) => answer(response, 503, error instanceof Error ? error.message : String(error)),
      );
    else if (path === '/metrics')
      metricsPage().then(
        (page) => answer(response, 200, page, 'text/plain; version=0.0.4; charset=utf-8'),
        (error: unknown) => answer(response, 500, String(error)),
      );
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

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(`${body}\n`);
}

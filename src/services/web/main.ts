import { rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { boot } from '#platform/boot.ts';
import { runService } from '#platform/lifecycle.ts';
import { startOpsServer } from '#platform/ops-server.ts';
import { createApp } from './app.ts';
import { createBackend } from './backend.ts';
import { readWebConfig } from './config.ts';
import { readDashboard } from './dashboard/built-dashboard.ts';
import { uploadAnswers } from './routes/readyz.ts';

const { config, logger } = boot('web', readWebConfig, process.env);

await runService(logger, async (scope) => {
  const backend = scope.use(createBackend(config.uploadTarget, config.proxies.to(config.uploadTarget)));
  const dashboard = readDashboard(config.dashboardDir);
  const app = scope.use(createApp({ ...config, backend, logger, dashboard }));
  scope.use(await startOpsServer(config.opsListen, { ready: () => uploadAnswers(backend) }));
  await listenHttp(app, config.httpListen);
  logger.info({ address: config.httpListen }, 'HTTP listens');
});

/** Listens on `HOST:PORT` or `unix:/PATH`. */
async function listenHttp(app: FastifyInstance, address: string): Promise<void> {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length);
    // What a process leaves behind that was killed.
    await rm(path, { force: true });
    await app.listen({ path });
  } else {
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
    await app.listen({ host, port: Number(address.slice(colon + 1)) });
  }
}

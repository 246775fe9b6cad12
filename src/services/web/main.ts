import { boot } from '#platform/boot.ts';
import { runService } from '#platform/lifecycle.ts';
import { listenOptions } from '#platform/listen.ts';
import { startOpsServer } from '#platform/ops-server.ts';
import { Certificates, startCertificateWatch } from '#platform/tls/certificates.ts';
import { isServed } from '#platform/tls/listener-credentials.ts';
import { createApp } from './app.ts';
import { createBackend } from './backend.ts';
import { readWebConfig } from './config.ts';
import { readDashboard } from './dashboard/built-dashboard.ts';
import { readGuide } from './guide/serve-guide.ts';
import { uploadAnswers } from './routes/readyz.ts';

const { config, logger, about } = await boot('web', readWebConfig, process.env);

await runService(logger, async (scope) => {
  const tls = new Certificates(config);
  scope.use(startCertificateWatch(tls, logger));
  const backend = scope.use(
    createBackend(config.uploadTarget, {
      proxy: config.proxies.to(config.uploadTarget),
      tls,
      webToken: config.webToken,
    }),
  );
  const certificates = isServed(config.httpListen, tls) ? tls : undefined;
  const dashboard = readDashboard(config.dashboardDir);
  const guide = readGuide(config.guideDir);
  const { startedBy } = about;
  const app = scope.use(createApp({ ...config, certificates, backend, logger, dashboard, guide, startedBy }));
  scope.use(await startOpsServer(config.opsListen, { ready: () => uploadAnswers(backend) }));
  await app.listen(await listenOptions(config.httpListen));
  logger.info({ address: config.httpListen, tls: certificates !== undefined }, 'HTTP listens');
});

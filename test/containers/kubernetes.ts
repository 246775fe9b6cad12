import { freePort } from '../support/free-port.ts';
import { stressTest, untilStatus, uploadAndWait } from './clients.ts';
import { must } from './command.ts';
import { documented } from './documented.ts';
import type { Engine } from './engine.ts';
import {
  followLogs,
  lookInside,
  oneResultEach,
  ownRoles,
  readmeQueryAnswers,
  refusesForeignHost,
  viaRedis,
} from './inspections.ts';
import { findKubectl, type Kubectl } from './kubectl.ts';
import { allReady } from './pods.ts';
import type { Report } from './report.ts';
import { killUnderLoad, restartEach } from './upheaval.ts';

const guide = 'docs/deploy.md';
const manifests = ['infrastructure', 'databases', 'services', 'upload'] as const;

/** Starts the whole system from k8s/*.yaml by the documented commands, uses it, breaks it, and looks inside. */
export async function testKubernetes(report: Report, engine: Engine, resources: AsyncDisposableStack): Promise<void> {
  const kubectl = resources.use(await findKubectl(engine));
  report.heading(`Kubernetes manifests (${kubectl.description})`);
  const started = await report.check('starts by the documented commands', () => start(kubectl));
  if (!started) return;
  const [server, web] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  await forward(kubectl, resources, 'service/upload', server, 50051);
  await forward(kubectl, resources, 'service/web', web, 8080);
  let sent = 0;
  await report.check('non-root, read-only root, no capabilities', () => lookInside(kubectl));
  await report.check('a file through the published port', async () => {
    const [file] = await uploadAndWait(server, ['testdata/sample.txt']);
    sent += 1;
    return `${file?.filename} ${file?.status}`;
  });
  await report.check('HTTP: all parts are ready, foreign hosts refused', async () => {
    await untilStatus(`http://${web}/readyz`, 200);
    return await refusesForeignHost(web);
  });
  await report.check('./stress_test.sh 20', async () => {
    const said = await stressTest(server, 20);
    sent += 20;
    return said;
  });
  await report.check('worker and metadata killed under load', async () => {
    const { files, summary } = await killUnderLoad(kubectl, server);
    sent += files;
    return summary;
  });
  await report.check("the README's query, by the documented command", () => readmeQueryAnswers(kubectl, guide));
  await report.check('one result for each file', () => oneResultEach(kubectl, sent));
  await report.check('services connect to PostgreSQL as roles of their own', () => ownRoles(kubectl));
  await report.check('Redis carries the work', () => viaRedis(web));
  await report.check('every service stops by itself within its grace period', () => restartEach(kubectl, report));
  await report.check('logs are followed by the documented command', () => followLogs(kubectl, guide));
}

async function start(kubectl: Kubectl): Promise<string> {
  const commands = [
    documented(guide, /^kubectl apply -f k8s\/infrastructure\.yaml/),
    documented(guide, /make-secrets\.sh.*\| *kubectl create -f -/),
    ...manifests.slice(1).map((name) => documented(guide, new RegExp(`^kubectl apply -f k8s/${name}\\.yaml`))),
  ];
  for (const command of commands) await must(kubectl.shell(command), { env: kubectl.env });
  await kubectl.must('wait', '--for=condition=complete', 'job/migrate', '--timeout=300s');
  await allReady(kubectl);
  return `${commands.length} commands`;
}

/** Publishes a Service at `address` on this machine for as long as the resources live. */
async function forward(
  kubectl: Kubectl,
  resources: AsyncDisposableStack,
  service: string,
  address: string,
  port: number,
): Promise<void> {
  const local = address.split(':')[1];
  const forwarding = resources.use(kubectl.background('port-forward', service, `${local}:${port}`));
  await forwarding.says(/^Forwarding from 127\.0\.0\.1/m);
}

import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type HostName, hostNames } from '../cluster.ts';
import type { ClusterFault, ClusterScene } from '../faults.ts';

/** What becomes of whole machines. */
export const hostFaults: readonly ClusterFault[] = [
  ...(['front-1', 'core-1', 'worker-1'] as const).map(
    (host): ClusterFault => ({
      row: 8,
      name: `kill-${host.replace('-1', '')}`,
      title: `${host} loses power, and starts again`,
      inject: (scene) => losePower(scene, host),
    }),
  ),
  { row: 8, name: 'kill-stores', title: 'the stores lose power, and start again', inject: loseStores },
  { row: 9, name: 'clocks-apart', title: 'no two clocks agree; a worker loses power', inject: setClocksApart },
  {
    row: 10,
    name: 'replace-hosts',
    title: 'every host is replaced in turn by one at another address',
    inject: replaceAll,
  },
];

/** Nobody hears that its connections ended: it was off the network before. */
async function losePower({ stack, load, random, injected }: ClusterScene, host: HostName): Promise<void> {
  await delay(random.between(0, 500));
  await stack.network.cut(host);
  if ((await stack.host(host).losePower()) === stack.host(host).services.length) injected();
  await load.acknowledges(5);
  await stack.network.join(host);
  await stack.start(host);
  await load.acknowledges(5);
}

async function loseStores({ stack, load, random, injected }: ClusterScene): Promise<void> {
  await delay(random.between(0, 500));
  await stack.network.cut('stores');
  await stack.postgres.losePower(random.between(200, 3_000));
  injected();
  await stack.network.join('stores');
  await load.acknowledges(10);
}

const minute = 60_000;
/** S3 refuses requests that were signed a quarter of an hour ago. */
const skews: Readonly<Record<HostName, number>> = {
  'front-1': 10 * minute,
  'front-2': -10 * minute,
  'core-1': 60 * minute,
  'core-2': -60 * minute,
  'worker-1': -12 * minute,
  'worker-2': 12 * minute,
};

async function setClocksApart({ stack, load, injected }: ClusterScene): Promise<void> {
  const preload = fileURLToPath(new URL('../../faults/skewed-clock.ts', import.meta.url));
  for (const name of hostNames) {
    await stack.restart(name, { NODE_OPTIONS: `--import=${preload}`, FAULT_CLOCK_SKEW_MS: String(skews[name]) });
    injected();
  }
  await stack.host('worker-1').losePower();
  await load.acknowledges(10);
  await stack.start('worker-1');
}

async function replaceAll({ stack, load, injected }: ClusterScene): Promise<void> {
  for (const name of hostNames) {
    const before = stack.host(name).address;
    await stack.replace(name);
    if (stack.host(name).address !== before) injected();
    await load.acknowledges(5);
  }
}

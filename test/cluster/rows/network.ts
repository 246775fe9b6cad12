import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { type HostName, hostNames } from '../cluster.ts';
import type { ClusterFault, ClusterScene } from '../faults.ts';
import type { Weather } from '../network.ts';

/** What becomes of links; nobody is told of any of it. */
export const networkFaults: readonly ClusterFault[] = [
  {
    row: 1,
    name: 'slow-links',
    title: 'every link takes 20 to 60 ms each way, and frames overtake each other',
    inject: (scene) => worsenAll(scene, { delayMs: 40, jitterMs: 20, loss: 0 }),
  },
  {
    row: 2,
    name: 'lossy-links',
    title: 'every link loses 3 % of all frames',
    inject: (scene) => worsenAll(scene, { delayMs: 1, jitterMs: 1, loss: 0.03 }),
  },
  ...(['front-1', 'core-1', 'worker-1', 'stores'] as const).map(
    (host): ClusterFault => ({
      row: 3,
      name: `cut-${host.replace('-1', '')}`,
      title: `${host} is cut off, and healed`,
      inject: (scene) => cutOff(scene, host),
    }),
  ),
  { row: 4, name: 'split', title: 'each half of the hosts reaches its own half and the stores', inject: split },
  { row: 5, name: 'one-way', title: 'what a front and a worker send to the stores and cores is lost', inject: deafen },
  { row: 6, name: 'flapping', title: 'a core comes and goes five times', inject: flap },
  { row: 7, name: 'names-silent', title: 'the name server answers nothing while hosts restart', inject: loseNames },
];

async function worsenAll({ stack, load, random, injected }: ClusterScene, weather: Weather): Promise<void> {
  for (const host of [...hostNames, 'stores']) {
    await stack.network.worsen(host, weather, String(random.next()));
    injected();
  }
  await load.acknowledges(20);
}

/** The others go on without it, by every way in. */
async function cutOff(scene: ClusterScene, host: HostName | 'stores'): Promise<void> {
  const { stack, load, random, injected } = scene;
  await delay(random.between(0, 500));
  await stack.network.cut(host);
  if (await isUnreachable(scene, host)) injected();
  if (host === 'stores') await delay(random.between(1_000, 6_000));
  else await goesOn(scene);
  await stack.network.join(host);
  await load.acknowledges(5);
}

/** One more file by each way in. */
async function goesOn({ load }: ClusterScene): Promise<void> {
  for (const way of ['whole', 'alone', 'put', 'tus'] as const)
    if ((await load.send(undefined, undefined, way)) === undefined) throw new Error(`No ${way} any more`);
}

const halves = [
  ['front-1', 'core-1', 'worker-1'],
  ['front-2', 'core-2', 'worker-2'],
] as const;

async function split(scene: ClusterScene): Promise<void> {
  const { stack, injected } = scene;
  const [ours, theirs] = halves;
  for (const one of ours)
    for (const other of theirs) {
      await stack.network.misdirect(one, stack.host(other).address);
      await stack.network.misdirect(other, stack.host(one).address);
      injected();
    }
  await goesOn(scene);
  for (const name of hostNames) await stack.network.direct(name);
  await scene.load.acknowledges(5);
}

async function deafen(scene: ClusterScene): Promise<void> {
  const { stack, injected } = scene;
  await stack.network.misdirect('front-1', stack.host('core-1').address);
  await stack.network.misdirect('worker-1', stack.postgres.address);
  injected(2);
  await goesOn(scene);
  for (const name of ['front-1', 'worker-1'] as const) await stack.network.direct(name);
  await scene.load.acknowledges(5);
}

async function flap(scene: ClusterScene): Promise<void> {
  const { stack, load, random, injected } = scene;
  for (let time = 0; time < 5; time++) {
    await stack.network.cut('core-2');
    if (await isUnreachable(scene, 'core-2')) injected();
    await delay(random.between(100, 1_000));
    await stack.network.join('core-2');
    await load.acknowledges(3);
  }
}

/** Services that know an address go on; those that start wait for the name server. */
async function loseNames(scene: ClusterScene): Promise<void> {
  const { stack, load, injected } = scene;
  await stack.host('worker-1').losePower();
  stack.names.fallSilent();
  const starting = stack.start('worker-1');
  // It is awaited below, also when what comes before fails.
  starting.catch(() => undefined);
  await load.acknowledges(5);
  await eventually('somebody asked in vain', () => stack.names.unheard > 0);
  injected();
  stack.names.speak();
  await starting;
}

/** Whether no connection comes about, nor a refusal. */
export async function isUnreachable({ stack }: ClusterScene, host: HostName | 'stores'): Promise<boolean> {
  const address = host === 'stores' ? stack.postgres.address : stack.host(host).address;
  const socket = connect({ host: address, port: 1, timeout: 300 });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('timeout', () => resolve(true));
  socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  const unreachable = await promise;
  socket.destroy();
  return unreachable;
}

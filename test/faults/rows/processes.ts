import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Scene } from '../fault.ts';
import { deathOf, type ProcessName, processNames } from '../stack.ts';

const services: readonly ProcessName[] = ['upload', 'metadata', 'result', 'worker-1', 'web'];

/** What can become of any process at any moment; the seed chooses the moment. */
export const processFaults: readonly Fault[] = [
  ...services.flatMap((name): Fault[] => {
    const service = name.replace('-1', '');
    return [
      { row: 35, name: `kill-${service}`, title: `${service}: kill -9`, inject: (scene) => kill(scene, name) },
      {
        row: 36,
        name: `freeze-${service}`,
        title: `${service}: SIGSTOP for 3 s`,
        inject: (scene) => freeze(scene, name),
      },
      { row: 37, name: `stop-${service}`, title: `${service}: SIGTERM`, inject: (scene) => stop(scene, name) },
    ];
  }),
  { row: 34, name: 'rolling-restart', title: 'every service restarts in turn: no upload fails', inject: roll },
];

async function kill(scene: Scene, name: ProcessName): Promise<void> {
  const { stack, random, injected } = scene;
  await delay(random.between(0, 500));
  const victim = stack.process(name);
  victim.child.kill('SIGKILL');
  if ((await deathOf(victim)) === 'SIGKILL') injected();
  await stack.start(name);
  await worksAgain(scene, name);
}

/** Files pass by every service but `web`, where only some come in: one more by each of its ways has to. */
async function worksAgain({ load }: Scene, name: ProcessName): Promise<void> {
  if (name !== 'web') return;
  for (const way of ['put', 'tus'] as const)
    if ((await load.send(undefined, undefined, way)) === undefined) throw new Error(`No ${way} by way of web any more`);
}

/** Longer than the lease of a claim. */
async function freeze(scene: Scene, name: ProcessName): Promise<void> {
  const { stack, random, injected } = scene;
  await delay(random.between(0, 500));
  const { child } = stack.process(name);
  if (child.kill('SIGSTOP')) injected();
  await delay(3_000);
  child.kill('SIGCONT');
  await worksAgain(scene, name);
}

async function stop(scene: Scene, name: ProcessName): Promise<void> {
  await delay(scene.random.between(0, 500));
  await restartInOrder(scene, name);
}

async function roll(scene: Scene): Promise<void> {
  for (const name of processNames) {
    await restartInOrder(scene, name);
    await scene.load.acknowledges(3);
  }
}

async function restartInOrder(scene: Scene, name: ProcessName): Promise<void> {
  const { stack, injected } = scene;
  const stopped = stack.process(name);
  await stack.restart(name);
  if (stopped.child.exitCode !== 0) throw new Error(`${name} did not end in order:\n${stopped.log().slice(-2_000)}`);
  injected();
  await worksAgain(scene, name);
}

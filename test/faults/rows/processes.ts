import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Scene } from '../fault.ts';
import { deathOf, type ProcessName, processNames } from '../stack.ts';

const services: readonly ProcessName[] = ['upload', 'metadata', 'result', 'worker-1'];

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

async function kill({ stack, random, injected }: Scene, name: ProcessName): Promise<void> {
  await delay(random.between(0, 500));
  const victim = stack.process(name);
  victim.child.kill('SIGKILL');
  if ((await deathOf(victim)) === 'SIGKILL') injected();
  await stack.start(name);
}

/** Longer than the lease of a claim. */
async function freeze({ stack, random, injected }: Scene, name: ProcessName): Promise<void> {
  await delay(random.between(0, 500));
  const { child } = stack.process(name);
  if (child.kill('SIGSTOP')) injected();
  await delay(3_000);
  child.kill('SIGCONT');
}

async function stop({ stack, random, injected }: Scene, name: ProcessName): Promise<void> {
  await delay(random.between(0, 500));
  await restartInOrder({ stack, injected }, name);
}

async function roll({ stack, load, injected }: Scene): Promise<void> {
  for (const name of processNames) {
    await restartInOrder({ stack, injected }, name);
    await load.acknowledges(3);
  }
}

async function restartInOrder(
  { stack, injected }: Pick<Scene, 'stack' | 'injected'>,
  name: ProcessName,
): Promise<void> {
  const stopped = stack.process(name);
  await stack.restart(name);
  if (stopped.child.exitCode !== 0) throw new Error(`${name} did not end in order:\n${stopped.log().slice(-2_000)}`);
  injected();
}

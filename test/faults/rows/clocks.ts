import { eventually } from '../../support/eventually.ts';
import { FakedClock } from '../../support/faked-clock.ts';
import type { Fault, Scene } from '../fault.ts';
import { deathOf, type Stack } from '../stack.ts';
import { completes, expiredAttempts, heldBy } from '../until.ts';

/** PostgreSQL's clock steps, once in each direction: by the step of the round, and back at its end. */
export const clockFaults: readonly Fault[] = [stepFault('ahead', 1_800), stepFault('back', -1_800)];

function stepFault(direction: string, seconds: number): Fault {
  let clock: FakedClock;
  return {
    row: 42,
    name: `postgres-clock-${direction}`,
    title: `PostgreSQL's clock steps 30 minutes ${direction} while a worker dies`,
    packages: ['libfaketime'],
    async prepare({ folder, postgres }) {
      clock = await FakedClock.make(folder);
      await postgres.restart(clock.env);
    },
    async inject(scene) {
      const { stack, injected } = scene;
      await stack.restartArmed('worker-1', 'worker.analysing', 'delay:2500');
      const held = await eventually('the worker claimed something', async () => {
        const ids = await heldBy(scene, 'worker-1');
        return ids.length > 0 ? ids : undefined;
      });
      await clock.set(seconds);
      if (Math.abs((await secondsAhead(stack)) - seconds) < 60) injected();
      await killWorker(scene);
      await eventually('the leases ran out', () => expiredAttempts(scene, held));
      await completes(scene, 5);
      await stack.start('worker-1');
    },
    async cleanUp({ postgres }) {
      await postgres.restart(process.env);
    },
  };
}

async function secondsAhead({ postgres }: Stack): Promise<number> {
  const [row] = await postgres.query<{ now: Date }>('select clock_timestamp() as now');
  return ((row?.now.getTime() ?? 0) - Date.now()) / 1_000;
}

async function killWorker({ stack }: Scene): Promise<void> {
  const victim = stack.process('worker-1');
  victim.child.kill('SIGKILL');
  await deathOf(victim);
}

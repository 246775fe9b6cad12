import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { startService } from '../../support/start-services.ts';
import type { Fault, Scene } from '../fault.ts';
import { deathOf } from '../stack.ts';
import { expiredAttempts, heldBy } from '../until.ts';

/** Claims that are lost while their worker still works on them. */
export const leaseFaults: readonly Fault[] = [
  { row: 12, name: 'zombie-worker', title: 'a worker sleeps past its lease, wakes up and goes on', inject: wakeLate },
  { row: 13, name: 'lease-back-dated', title: 'leases end in the middle of the work', inject: backDate },
  {
    row: 33,
    name: 'five-reconcilers',
    title: 'five reconcilers at work when a worker dies',
    inject: reconcileFivefold,
  },
];

async function wakeLate(scene: Scene): Promise<void> {
  const { stack, injected } = scene;
  const held = await holdClaims(scene);
  const { child } = stack.process('worker-1');
  child.kill('SIGSTOP');
  await eventually('the leases ran out', () => expiredAttempts(scene, held));
  injected(await expiredAttempts(scene, held));
  child.kill('SIGCONT');
  await delay(1_000);
}

async function backDate(scene: Scene): Promise<void> {
  const { postgres } = scene.stack;
  await holdClaims(scene);
  const touched = new Set<string>();
  const taken = await eventually('a lease was taken away', async () => {
    // Again and again: whoever renews before the reconciler looks has the lease back.
    const rows = await postgres.query<{ id: string }>(
      `update files set lease_until = now() - interval '1 hour'
       where status = 'PROCESSING' and worker = 'worker-1' returning id`,
    );
    for (const { id } of rows) touched.add(id);
    return await expiredAttempts(scene, [...touched]);
  });
  scene.injected(taken);
}

async function reconcileFivefold(scene: Scene): Promise<void> {
  const { stack, injected } = scene;
  await using others = new AsyncDisposableStack();
  await Promise.all(
    [2, 3, 4, 5].map(async (n) => {
      const own = { FILEMILL_GRPC_LISTEN: stack.listen(`metadata-${n}`), FILEMILL_OPS_LISTEN: '127.0.0.1:0' };
      const settings = { ...stack.settingsOf('metadata'), ...own };
      others.use(await startService('metadata', settings));
    }),
  );
  const held = await holdClaims(scene);
  const victim = stack.process('worker-1');
  victim.child.kill('SIGKILL');
  await deathOf(victim);
  await eventually('the leases ran out', () => expiredAttempts(scene, held));
  injected(await expiredAttempts(scene, held));
  await stack.start('worker-1');
}

/** Makes the first worker slow; answers with what it has claimed at a moment when that is something. */
async function holdClaims(scene: Scene): Promise<string[]> {
  await scene.stack.restartArmed('worker-1', 'worker.analysing', `delay:${scene.random.between(1_500, 2_500)}`);
  return await eventually('the worker claimed something', async () => {
    const held = await heldBy(scene, 'worker-1');
    return held.length > 0 ? held : undefined;
  });
}

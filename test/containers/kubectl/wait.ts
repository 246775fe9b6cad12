import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import type { Flags } from './flags.ts';
import { podsOf, stateOf, workloadOf } from './pods.ts';
import { probe } from './probe.ts';

/**
 * `kubectl rollout status TARGET` and `kubectl wait --for=condition=… TARGET`: until all pods of the
 * target run and their readiness probes agree; of a Job, until it ended well.
 */
export async function untilReady(cluster: Cluster, targets: readonly string[], flags: Flags): Promise<void> {
  const giveUpAt = performance.now() + seconds(flags.timeout ?? '30s') * 1_000;
  const pods = (await Promise.all(targets.map((target) => podsOf(cluster, target)))).flat();
  for (const pod of pods) {
    for (;;) {
      const problem = await problemOf(cluster, pod);
      if (problem === undefined) break;
      if (performance.now() > giveUpAt) throw new Error(`timed out waiting for ${pod}: ${problem}`);
      await delay(250);
    }
  }
  console.log(`${targets.join(', ')} ready`);
}

async function problemOf(cluster: Cluster, pod: string): Promise<string | undefined> {
  const workload = await workloadOf(cluster, pod);
  const { Running, ExitCode } = await stateOf(cluster, pod);
  if (workload.kind === 'Job') return !Running && ExitCode === 0 ? undefined : `it has not ended well (${ExitCode})`;
  if (!Running) return `it does not run (${ExitCode})`;
  return await probe(cluster, pod, workload.spec.template.spec.containers[0]);
}

/** Of `90s` or `5m`. */
function seconds(duration: string): number {
  const [, digits, unit] = /^(\d+)([sm])$/.exec(duration) ?? [];
  if (digits === undefined) throw new Error(`--timeout=${duration} is not understood`);
  return Number(digits) * (unit === 'm' ? 60 : 1);
}

import { crash } from '../engine.ts';
import { imageName } from '../images.ts';
import type { Cluster } from './cluster.ts';
import type { Flags } from './flags.ts';
import { podsOf, stateOf, workloadOf } from './pods.ts';

/**
 * `kubectl delete pod NAME` stops it within its grace period, and starts another, as its workload would.
 * With `--force` its first process is killed, and the restart policy has to heal that.
 *
 * @throws Error when a pod did not stop by itself
 */
export async function deletePods(cluster: Cluster, [kind, ...names]: readonly string[], flags: Flags): Promise<void> {
  if (kind !== 'pod') throw new Error('only pods and the namespace can be deleted');
  for (const name of names) {
    const [pod = ''] = await podsOf(cluster, name);
    if (flags.force) await crash(cluster.engine, `${cluster.name}-${pod}`, imageName('upload'));
    else await restart(cluster, pod);
    console.log(`pod "${pod}" deleted`);
  }
}

async function restart(cluster: Cluster, pod: string): Promise<void> {
  const { terminationGracePeriodSeconds: seconds = 30 } = (await workloadOf(cluster, pod)).spec.template.spec;
  const container = `${cluster.name}-${pod}`;
  await cluster.must(['stop', '-t', String(seconds), container]);
  const { ExitCode } = await stateOf(cluster, pod);
  await cluster.must(['start', container]);
  if (ExitCode !== 0) throw new Error(`${pod} ended with ${ExitCode} when it was told to stop`);
}

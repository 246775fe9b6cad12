import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { labelled } from '../engine.ts';
import type { Cluster } from './cluster.ts';
import type { Flags } from './flags.ts';
import { isWorkload, type Workload } from './objects.ts';

/** `kubectl exec TARGET -- COMMAND`: this process ends as the command did. */
export async function execute(cluster: Cluster, targets: readonly string[], command: readonly string[]): Promise<void> {
  const [pod] = await podsOf(cluster, targets[0]);
  process.exitCode = await inherit(cluster, ['exec', '--interactive', `${cluster.name}-${pod}`, ...command]);
}

/** `kubectl logs [-f] [--tail N] [-l SELECTOR | TARGET]`; a workload stands for its first pod, a selector for all. */
export async function logs(cluster: Cluster, targets: readonly string[], flags: Flags): Promise<void> {
  const pods = flags.selector
    ? await selected(cluster, flags.selector)
    : (await podsOf(cluster, targets[0])).slice(0, 1);
  const args = ['logs', ...(flags.follow ? ['--follow'] : []), ...(flags.tail ? ['--tail', flags.tail] : [])];
  await Promise.all(pods.map((pod) => inherit(cluster, [...args, `${cluster.name}-${pod}`])));
}

/** `kubectl get pods [-l SELECTOR] -o json`, with the fields that the tests read. */
export async function getPods(cluster: Cluster, targets: readonly string[], flags: Flags): Promise<void> {
  if (!/^pods?$/.test(targets[0] ?? '') || flags.output !== 'json')
    throw new Error('only `get pods -o json` is understood');
  const items = await Promise.all((await selected(cluster, flags.selector ?? '')).map((pod) => describe(cluster, pod)));
  console.log(JSON.stringify({ items }));
}

/** The pods of `NAME`, `pod/NAME`, `deployment/NAME`, `statefulset/NAME` or `job/NAME`. */
export async function podsOf(cluster: Cluster, target = ''): Promise<readonly string[]> {
  const [kind, name] = target.includes('/') ? target.split('/') : ['pod', target];
  const long = { deploy: 'deployment', sts: 'statefulset' }[kind ?? ''] ?? kind;
  const pods = await selected(cluster, long === 'pod' ? `pod=${name}` : `workload=${long}/${name}`);
  if (pods.length === 0) throw new Error(`${target} not found`);
  return pods;
}

/** The workload that a pod is of. */
export async function workloadOf(cluster: Cluster, pod: string): Promise<Workload> {
  const args = ['inspect', '--format', '{{index .Config.Labels "workload"}}', `${cluster.name}-${pod}`];
  const [kind = '', name = ''] = (await cluster.must(args)).trim().split('/');
  const known = { deployment: 'Deployment', statefulset: 'StatefulSet', job: 'Job' }[kind] ?? kind;
  const workload = cluster.find(known, name);
  if (!isWorkload(workload)) throw new Error(`${pod} is of no workload`);
  return workload;
}

export async function stateOf(cluster: Cluster, pod: string): Promise<ContainerState> {
  const [container] = JSON.parse(await cluster.must(['inspect', `${cluster.name}-${pod}`])) as [ContainerDetails];
  return { ...container.State, restarts: container.RestartCount };
}

async function selected(cluster: Cluster, selector: string): Promise<readonly string[]> {
  const labels = [cluster.label, 'pod', ...selector.split(',').filter(Boolean)];
  const names = await labelled(cluster.engine, 'container', ...labels);
  return names.map((name) => name.slice(cluster.name.length + 1));
}

async function describe(cluster: Cluster, name: string): Promise<object> {
  const { Running, StartedAt, restarts } = await stateOf(cluster, name);
  const state = Running ? { running: { startedAt: StartedAt } } : {};
  return { metadata: { name }, status: { containerStatuses: [{ restartCount: restarts, state }] } };
}

interface ContainerDetails {
  readonly RestartCount: number;
  readonly State: Omit<ContainerState, 'restarts'>;
}

interface ContainerState {
  readonly Running: boolean;
  readonly StartedAt: string;
  readonly ExitCode: number;
  readonly restarts: number;
}

/** Runs the engine on this process's own input and output; a SIGTERM ends both. */
async function inherit(cluster: Cluster, args: readonly string[]): Promise<number> {
  const child = spawn(cluster.engine, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => child.kill(signal));
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

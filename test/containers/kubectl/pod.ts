import type { Cluster } from './cluster.ts';
import type { Container, PodSpec, Workload } from './objects.ts';

/** Pods of a workload by name: numbered from 0 in a StatefulSet, from 1 elsewhere. */
export function podNames({ kind, metadata, spec }: Workload): readonly string[] {
  const first = kind === 'StatefulSet' ? 0 : 1;
  const count = kind === 'Job' ? 1 : (spec.replicas ?? 1);
  return Array.from({ length: count }, (_, index) => `${metadata.name}-${first + index}`);
}

/** The arguments of `podman run` that make one pod of the workload. */
export function runArguments(
  cluster: Cluster,
  workload: Workload,
  pod: string,
  mounts: readonly string[],
): readonly string[] {
  const { spec, metadata } = workload.spec.template;
  const [container] = spec.containers;
  const [entrypoint, ...rest] = container.command ?? [];
  return [
    ...['run', '--detach', '--name', `${cluster.name}-${pod}`, '--hostname', pod, '--label', cluster.label],
    ...Object.entries({
      ...metadata.labels,
      workload: `${workload.kind}/${workload.metadata.name}`.toLowerCase(),
      pod,
    }).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...['--network', cluster.network],
    ...[pod, ...cluster.servicesOf(metadata.labels)].flatMap((alias) => ['--network-alias', alias]),
    ...['--restart', restartPolicy(workload)],
    ...['--stop-timeout', String(spec.terminationGracePeriodSeconds ?? 30)],
    ...privileges(cluster, spec, container),
    ...environment(cluster, container).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...mounts,
    ...(container.resources?.limits?.memory ? ['--memory', bytes(container.resources.limits.memory)] : []),
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
    container.image,
    ...rest,
    ...(container.args ?? []),
  ];
}

function restartPolicy({ kind, spec }: Workload): string {
  return kind === 'Job' ? `on-failure:${spec.backoffLimit ?? 6}` : 'always';
}

function privileges(cluster: Cluster, spec: PodSpec, { securityContext }: Container): readonly string[] {
  const { runAsUser, runAsGroup, fsGroup } = spec.securityContext;
  const { readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities } = securityContext;
  return [
    ...['--user', `${runAsUser}:${runAsGroup}`],
    ...(fsGroup === undefined ? [] : ['--group-add', String(fsGroup)]),
    ...(readOnlyRootFilesystem ? ['--read-only'] : []),
    // podman adds writable folders to a read-only root; Kubernetes does not.
    ...(readOnlyRootFilesystem && cluster.engine === 'podman' ? ['--read-only-tmpfs=false'] : []),
    ...(allowPrivilegeEscalation ? [] : ['--security-opt', 'no-new-privileges']),
    ...capabilities.drop.flatMap((name) => ['--cap-drop', name]),
  ];
}

function environment(cluster: Cluster, { envFrom = [], env = [] }: Container): readonly (readonly [string, string])[] {
  const shared = envFrom.flatMap(({ configMapRef: { name } }) =>
    Object.entries(cluster.find('ConfigMap', name).data ?? {}),
  );
  return [...shared, ...env.map(({ name, value }) => [name, value] as const)];
}

/** `512Mi` is `512m` to the engines. */
function bytes(quantity: string): string {
  return quantity.replace(/i$/, '').toLowerCase();
}

import type { Workload } from './objects.ts';

/** What schedules, accounts or stops, and so needs a cluster: it may be there, and changes nothing here. */
const ignored = {
  pod: [
    'serviceAccountName',
    'automountServiceAccountToken',
    'enableServiceLinks',
    'priorityClassName',
    'topologySpreadConstraints',
    'affinity',
  ],
  container: ['imagePullPolicy', 'startupProbe', 'livenessProbe', 'lifecycle'],
} as const;

const understood = {
  pod: ['restartPolicy', 'terminationGracePeriodSeconds', 'securityContext', 'containers', 'volumes'],
  podSecurity: ['runAsNonRoot', 'runAsUser', 'runAsGroup', 'fsGroup', 'fsGroupChangePolicy', 'seccompProfile'],
  container: [
    'name',
    'image',
    'command',
    'args',
    'envFrom',
    'env',
    'ports',
    'readinessProbe',
    'resources',
    'securityContext',
    'volumeMounts',
  ],
  containerSecurity: ['allowPrivilegeEscalation', 'readOnlyRootFilesystem', 'capabilities'],
  environment: ['name', 'value'],
  source: ['configMapRef'],
  mount: ['name', 'mountPath', 'readOnly'],
  volume: ['name', 'secret', 'emptyDir', 'persistentVolumeClaim'],
} as const;

/** @throws Error naming whatever would be left out silently: then this translation has to learn it */
export function refuseUnknown({ kind, metadata, spec }: Workload): void {
  const where = `${kind} ${metadata.name}`;
  const pod = spec.template.spec;
  only(where, pod, [...understood.pod, ...ignored.pod]);
  only(`${where}: securityContext`, pod.securityContext, understood.podSecurity);
  if (pod.containers.length !== 1) throw new Error(`${where}: only pods of one container are understood`);
  for (const volume of pod.volumes ?? []) only(`${where}: volume`, volume, understood.volume);
  const [container] = pod.containers;
  only(`${where}: container`, container, [...understood.container, ...ignored.container]);
  only(`${where}: container securityContext`, container.securityContext, understood.containerSecurity);
  for (const variable of container.env ?? []) only(`${where}: env`, variable, understood.environment);
  for (const source of container.envFrom ?? []) only(`${where}: envFrom`, source, understood.source);
  for (const mount of container.volumeMounts ?? []) only(`${where}: volumeMount`, mount, understood.mount);
}

function only(where: string, part: object, keys: readonly string[]): void {
  const unknown = Object.keys(part).filter((key) => !keys.includes(key));
  if (unknown.length > 0) throw new Error(`${where}: ${unknown.join(', ')} is not understood without a cluster`);
}

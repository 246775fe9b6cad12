import type { Manifest, Workload } from './manifests.ts';
import { selects, workloadsOf } from './manifests.ts';

/** What every pod of ours owes: the restricted Pod Security Standard, and our own promises beyond it. */
export function podProblems(manifests: readonly Manifest[]): string[] {
  return workloadsOf(manifests).flatMap((workload) =>
    [...securityProblems(workload), ...operationProblems(workload), ...disruptionProblems(workload, manifests)].map(
      (problem) => `${workload.title}: ${problem}`,
    ),
  );
}

function securityProblems({ name, pod, container }: Workload): string[] {
  const podContext = pod.securityContext ?? {};
  const context = container.securityContext ?? {};
  return unmet([
    [podContext.runAsNonRoot === true, 'runAsNonRoot is not true'],
    [(podContext.runAsUser ?? 0) > 0 && (podContext.runAsGroup ?? 0) > 0, 'no numeric user and group other than root'],
    [podContext.seccompProfile?.type === 'RuntimeDefault', 'its seccomp profile is not RuntimeDefault'],
    [context.allowPrivilegeEscalation === false, 'it may gain privileges'],
    [context.readOnlyRootFilesystem === true, 'its root file system can be written'],
    [String(context.capabilities?.drop) === 'ALL' && !context.capabilities?.add, 'it keeps capabilities'],
    [pod.automountServiceAccountToken === false, 'it gets a token for the Kubernetes API'],
    [name === 'upload' || !writesObjects(container), 'it may write to the volume of the files'],
    [!(pod.hostNetwork || pod.hostPID || pod.hostIPC), "it shares the host's namespaces"],
  ]);
}

/** Only `upload` changes bytes; a worker that keeps texts may write to their folder alone. */
function writesObjects({ volumeMounts = [] }: Workload['container']): boolean {
  return volumeMounts.some(({ name, readOnly, subPath }) => name === 'objects' && !readOnly && subPath !== 'texts');
}

function operationProblems({ kind, pod, container }: Workload): string[] {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const image = container.image ?? '';
  return unmet([
    [container.imagePullPolicy === 'IfNotPresent', 'imagePullPolicy is not IfNotPresent'],
    [/^[^:]+:[^:]+$/.test(image) && !image.endsWith(':latest'), `its image has no version: ${image}`],
    ['cpu' in requests && 'memory' in requests, 'it requests no CPU and memory'],
    ['memory' in limits, 'its memory has no limit'],
    [pod.enableServiceLinks === false, 'it gets an environment variable for each Service'],
    [
      kind.endsWith('Job') || Boolean(container.startupProbe && container.readinessProbe && container.livenessProbe),
      'it lacks a startup, readiness or liveness probe',
    ],
    // Services finish or release their work within 25 s.
    [kind !== 'Deployment' || pod.terminationGracePeriodSeconds === 30, 'it does not get 30 s to end'],
    [kind !== 'Deployment' || (pod.topologySpreadConstraints ?? []).length > 0, 'nothing spreads its pods over nodes'],
  ]);
}

function disruptionProblems({ kind, labels }: Workload, manifests: readonly Manifest[]): string[] {
  const budgets = manifests.filter(
    (manifest) =>
      manifest.kind === 'PodDisruptionBudget' &&
      selects((manifest.spec as { selector: { matchLabels: Record<string, string> } }).selector.matchLabels, labels),
  );
  return unmet([[kind !== 'Deployment' || budgets.length === 1, `${budgets.length} PodDisruptionBudgets, not one`]]);
}

function unmet(demands: readonly (readonly [isMet: boolean, problem: string])[]): string[] {
  return demands.filter(([isMet]) => !isMet).map(([, problem]) => problem);
}

import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import { type Manifest, selects, type Workload, workloadsOf } from './manifests.ts';
import type { Variables } from './settings.ts';

/**
 * Compares who calls whom (by the addresses in the settings that each program reads) with what Services offer and
 * NetworkPolicies allow: every call must reach a port that listens, and no edge may be open that nobody needs.
 *
 * @param settings by workload name: the variables that the program reads
 */
export function networkProblems(manifests: readonly Manifest[], settings: ReadonlyMap<string, Variables>): string[] {
  const workloads = workloadsOf(manifests);
  const problems: string[] = [];
  const needed = new Set<string>();
  for (const [caller, variables] of settings)
    for (const { host, port } of addressesIn(variables)) {
      const callee = calleeOf(host, port, manifests, workloads);
      if (callee === undefined) problems.push(`${caller} calls ${host}:${port}, where nothing listens`);
      else needed.add(`${caller} → ${callee.name}:${callee.port}`);
    }
  const open = openEdges(manifests, workloads);
  for (const edge of needed) if (!open.has(edge)) problems.push(`NetworkPolicies forbid ${edge}`);
  for (const edge of open) if (!needed.has(edge)) problems.push(`NetworkPolicies allow ${edge}, which nobody needs`);
  return [...problems, ...deafServices(manifests, workloads)];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function addressesIn(variables: Variables): Address[] {
  return Object.values(variables).flatMap((value) => {
    const [, host, port] =
      /^(?:dns:\/\/\/|https:\/\/|(?:postgresql|rediss?):\/\/[^@]*@)([\w.-]+):(\d+)/.exec(value) ?? [];
    return host === undefined ? [] : [{ host, port: Number(port) }];
  });
}

/** The workload behind a Service's name, and the port of its pods. */
function calleeOf(host: string, port: number, manifests: readonly Manifest[], workloads: readonly Workload[]) {
  const service = manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === host);
  const spec = service?.spec as IServiceSpec | undefined;
  const offered = spec?.ports?.find((offer) => offer.port === port);
  const workload = workloads.find(({ labels }) => spec !== undefined && selects(spec.selector, labels));
  const target = workload?.container.ports?.find(
    ({ name, containerPort }) => name === offered?.targetPort || containerPort === (offered?.targetPort ?? port),
  );
  // A headless Service is a name and no more: clients come to the port that they name.
  if (!target || !offered || (spec?.clusterIP === 'None' && target.containerPort !== port)) return undefined;
  return { name: workload?.name, port: target.containerPort };
}

/** Every `caller → callee:port` between our own pods that both sides' policies let through. */
function openEdges(manifests: readonly Manifest[], workloads: readonly Workload[]): Set<string> {
  if (JSON.stringify(manifests).includes('"matchExpressions"')) throw new Error('the checks know matchLabels only');
  const policies = manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as INetworkPolicySpec);
  const open = new Set<string>();
  for (const caller of workloads)
    for (const callee of workloads)
      for (const { containerPort: port } of callee.container.ports ?? [])
        if (lets(policies, 'egress', caller, callee, port) && lets(policies, 'ingress', callee, caller, port))
          open.add(`${caller.name} → ${callee.name}:${port}`);
  return open;
}

/** Whether the policies of `own` let it talk to (egress) or hear from (ingress) `peer`; without a policy all may. */
function lets(
  policies: readonly INetworkPolicySpec[],
  direction: 'egress' | 'ingress',
  own: Workload,
  peer: Workload,
  port: number,
): boolean {
  const applying = policies.filter(
    ({ podSelector, policyTypes }) =>
      policyTypes?.some((type) => type.toLowerCase() === direction) && selects(podSelector?.matchLabels, own.labels),
  );
  if (applying.length === 0) return true;
  const rules = applying.flatMap((policy) =>
    (policy[direction] ?? []).map((rule) => ({
      peers: 'to' in rule ? rule.to : 'from' in rule ? rule.from : [],
      rule,
    })),
  );
  return rules.some(
    ({ peers, rule }) =>
      rule.ports?.some((allowed) => allowed.port === port) &&
      peers?.some(
        ({ podSelector, namespaceSelector }) =>
          podSelector !== undefined && !namespaceSelector && selects(podSelector.matchLabels, peer.labels),
      ),
  );
}

/** Services without pods, or with a port that their pods do not have. */
function deafServices(manifests: readonly Manifest[], workloads: readonly Workload[]): string[] {
  return manifests
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ metadata, spec }) =>
      ((spec as IServiceSpec).ports ?? [])
        .filter(({ port }) => calleeOf(metadata.name, port, manifests, workloads) === undefined)
        .map(({ port }) => `Service ${metadata.name} offers ${port}, where no pod listens`),
    );
}

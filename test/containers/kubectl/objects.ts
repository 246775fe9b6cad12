/** The parts of Kubernetes' objects that are used here; `strict.ts` refuses what has no part in them. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

export interface Workload extends KubeObject {
  readonly kind: 'Deployment' | 'StatefulSet' | 'Job';
  readonly spec: {
    readonly replicas?: number;
    readonly backoffLimit?: number;
    readonly template: PodTemplate;
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

export interface Service extends KubeObject {
  readonly kind: 'Service';
  readonly spec: { readonly selector: Readonly<Record<string, string>> };
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: {
    readonly runAsUser: number;
    readonly runAsGroup: number;
    readonly fsGroup?: number;
  };
  readonly containers: readonly [Container];
  readonly volumes?: readonly Volume[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe?: Probe;
  readonly resources?: { readonly limits?: { readonly memory?: string } };
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

export interface Probe {
  readonly exec?: { readonly command: readonly string[] };
  readonly httpGet?: { readonly path: string; readonly port: string | number };
  readonly grpc?: { readonly port: number };
}

export interface Volume {
  readonly name: string;
  readonly secret?: {
    readonly secretName: string;
    readonly defaultMode?: number;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

/** Known, and without a counterpart on one machine without a cluster. */
const nothingHere = [
  'Namespace',
  'PriorityClass',
  'ServiceAccount',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
];

export function isWorkload(object: KubeObject): object is Workload {
  return ['Deployment', 'StatefulSet', 'Job'].includes(object.kind);
}

export function isService(object: KubeObject): object is Service {
  return object.kind === 'Service';
}

/** Used by the workloads that name them. */
export function isUsed(object: KubeObject): boolean {
  return ['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'Service'].includes(object.kind);
}

export function hasNoCounterpart(object: KubeObject): boolean {
  return nothingHere.includes(object.kind);
}

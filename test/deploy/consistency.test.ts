import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import { consistencyProblems } from '../../scripts/support/deploy/consistency.ts';
import { readCompose } from '../../scripts/support/deploy/dockerfiles.ts';
import { type Manifest, readManifests, type Workload, workloadsOf } from '../../scripts/support/deploy/manifests.ts';
import { podProblems } from '../../scripts/support/deploy/pods.ts';
import { environmentOf, makeSecrets, readSettings } from '../../scripts/support/deploy/settings.ts';

/** The services that may be told to demand credentials. */
const gated = ['metadata', 'result', 'web', 'upload'] as const;
const files = ['infrastructure', 'databases', 'services', 'upload', 'autoscaling'];

describe('the consistency check of the manifests', () => {
  it('finds nothing wrong with ours', () => {
    assert.deepEqual(problemsOf(ours()), []);
  });

  const mistakes: readonly [what: string, plant: (manifests: Manifest[]) => unknown, problem: RegExp][] = [
    ['an image that no Dockerfile makes', (all) => set(container(all, 'web'), { image: 'web:v1' }), /web:v1/],
    [
      'an image that is pulled always',
      (all) => set(container(all, 'web'), { imagePullPolicy: 'Always' }),
      /PullPolicy/,
    ],
    ['a port that the image does not have', (all) => set(port(all, 'metadata'), { containerPort: 50055 }), /50055/],
    [
      'an address to listen on that is no port of the pod',
      (all) => setVariable(all, 'result', 'FILEMILL_GRPC_LISTEN', '0.0.0.0:50054'),
      /told to listen on: 9090,50054, not 9090,50053/,
    ],
    ['a setting that cannot be used', (all) => setVariable(all, 'worker', 'FILEMILL_WORKER_THREADS', 'two'), /THREADS/],
    ['a setting that nobody reads', (all) => setVariable(all, 'worker', 'FILEMILL_WORKER_THREAD', '2'), /nobody reads/],
    [
      'a secret that is not mounted',
      (all) => setVariable(all, 'upload', 'FILEMILL_REDIS_URL_FILE', '/run/secrets/filemill/redis'),
      /not mounted/,
    ],
    [
      'a secret that nobody reads',
      (all) => itemsOf(all, 'worker').push({ key: 'admin-token', path: 'admin-token' }),
      /worker: \/run\/secrets\/filemill\/admin-token is mounted, and no setting names it/,
    ],
    [
      "a service with the owner's right in PostgreSQL",
      (all) => set(itemsOf(all, 'result')[0] ?? {}, { key: 'database-url' }),
      /result: .* opens PostgreSQL for the owner/,
    ],
    [
      'callers that need credentials where nobody can check them',
      (all) => set(settingsOf(all), { FILEMILL_AUTH: 'required' }),
      /metadata: FILEMILL_AUTH is required: set FILEMILL_TOKEN_KEY/,
    ],
    [
      'public ports that are open to everyone',
      (all) => set(settingsOf(all), { FILEMILL_ALLOW_ANONYMOUS: '0' }),
      /web: FILEMILL_HTTP_LISTEN.*upload: FILEMILL_GRPC_LISTEN/s,
    ],
    ['a setting that is missing', (all) => set(container(all, 'migrate'), { env: [] }), /DATABASE_URL is not set/],
    [
      'an address that is not served',
      (all) => setVariable(all, 'web', 'FILEMILL_UPLOAD_TARGET', 'dns:///uploads:50051'),
      /web calls uploads:50051, where nothing listens/,
    ],
    ['a call that is forbidden', (all) => policy(all, 'redis').ingress?.pop(), /forbid metadata → redis:6379/],
    [
      'an open edge that nobody needs',
      (all) => {
        policy(all, 'web').egress?.push(...(policy(all, 'result').egress ?? []));
        policy(all, 'postgres').ingress?.push({ ...policy(all, 'postgres').ingress?.[0], from: [{ podSelector: {} }] });
      },
      /allow web → postgres:5432, which nobody needs/,
    ],
    ['an edge that is open for all', (all) => remove(all, 'NetworkPolicy'), /allow worker → postgres:5432/],
    [
      'a Service without pods',
      (all) => set(service(all, 'web'), { selector: { app: 'web' } }),
      /Service web offers 8080/,
    ],
    ['two scalers for one Deployment', (all) => set(scaler(all, 'web'), { name: 'worker' }), /two scalers/],
    ['a claim that nobody makes', (all) => remove(all, 'PersistentVolumeClaim'), /no PersistentVolumeClaim objects/],
    [
      'a worker that may write to the volume',
      (all) => set(container(all, 'worker').volumeMounts?.[0] ?? {}, { readOnly: false }),
      /worker: it may write to the volume/,
    ],
    ['a pod with a token', (all) => set(workload(all, 'web').pod, { automountServiceAccountToken: true }), /token/],
    [
      'a root file system that can be written',
      (all) => set(container(all, 'redis').securityContext ?? {}, { readOnlyRootFilesystem: false }),
      /root file system/,
    ],
    ['a container that keeps capabilities', (all) => set(container(all, 'upload'), { securityContext: {} }), /capabil/],
    ['memory without a limit', (all) => set(container(all, 'worker'), { resources: {} }), /no limit/],
    [
      'a pod that ends too soon',
      (all) => set(workload(all, 'worker').pod, { terminationGracePeriodSeconds: 5 }),
      /30 s/,
    ],
    [
      'a user other than the image says',
      (all) => set(workload(all, 'web').pod.securityContext ?? {}, { runAsUser: 1 }),
      /1:10001/,
    ],
  ];
  for (const [what, plant, problem] of mistakes)
    it(`names ${what}`, () => {
      const manifests = ours();
      plant(manifests);
      assert.match(problemsOf(manifests).join('\n'), problem);
    });
});

describe('a deployment whose callers need credentials', () => {
  it('is told so in the ConfigMap, by one line that all of its services read', () => {
    const manifests = ours();
    set(settingsOf(manifests), { FILEMILL_AUTH: 'required' });
    const known = [...manifests, ...makeSecrets()];
    const told = workloadsOf(manifests).filter(({ labels }) => labels['app.kubernetes.io/component'] === 'service');
    const heard = told.filter((one) => readSettings(environmentOf(one, {}, known)).values.FILEMILL_AUTH === 'required');
    assert.deepEqual(
      heard.map(({ name }) => name),
      gated,
    );
  });

  it('is told so by compose.auth.yaml, in all of its services', () => {
    const told = readCompose('compose.auth.yaml').filter(
      ({ environment }) => environment?.FILEMILL_AUTH === 'required',
    );
    assert.deepEqual(told.map(({ name }) => name).sort(), [...gated].sort());
  });
});

function ours(): Manifest[] {
  return files.flatMap((name) => readManifests(`k8s/${name}.yaml`));
}

function problemsOf(manifests: readonly Manifest[]): string[] {
  return [...podProblems(manifests), ...consistencyProblems(manifests)];
}

function set(target: object, fields: object): void {
  Object.assign(target, fields);
}

function remove(manifests: Manifest[], kind: string): void {
  manifests.splice(0, manifests.length, ...manifests.filter((manifest) => manifest.kind !== kind));
}

function workload(manifests: readonly Manifest[], name: string): Workload {
  return workloadsOf(manifests).find((candidate) => candidate.name === name) as Workload;
}

function container(manifests: readonly Manifest[], name: string): Workload['container'] {
  return workload(manifests, name).container;
}

function itemsOf(manifests: readonly Manifest[], name: string): object[] {
  return workload(manifests, name).pod.volumes?.find((volume) => volume.secret)?.secret?.items as object[];
}

function settingsOf(manifests: readonly Manifest[]): object {
  return manifests.find(({ kind }) => kind === 'ConfigMap')?.data as object;
}

function port(manifests: readonly Manifest[], name: string): object {
  return container(manifests, name).ports?.[0] as object;
}

function setVariable(manifests: readonly Manifest[], name: string, variable: string, value: string): void {
  const owner = container(manifests, name);
  const others = (owner.env ?? []).filter((candidate) => candidate.name !== variable);
  set(owner, { env: [...others, { name: variable, value }] });
}

function specOf(manifests: readonly Manifest[], kind: string, name: string): object {
  return manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)?.spec as object;
}

function policy(manifests: readonly Manifest[], name: string): INetworkPolicySpec {
  return specOf(manifests, 'NetworkPolicy', name) as INetworkPolicySpec;
}

function service(manifests: readonly Manifest[], name: string): IServiceSpec {
  return specOf(manifests, 'Service', name) as IServiceSpec;
}

function scaler(manifests: readonly Manifest[], name: string): object {
  return (specOf(manifests, 'HorizontalPodAutoscaler', name) as { scaleTargetRef: object }).scaleTargetRef;
}

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { root } from '../command.ts';
import { Cluster } from './cluster.ts';
import { isWorkload, type KubeObject, type Workload } from './objects.ts';
import { podNames, runArguments } from './pod.ts';
import { refuseUnknown } from './strict.ts';

const folder = mkdtempSync(join(tmpdir(), 'filemill-test-'));
const cluster = new Cluster('podman', folder);
const objects = ['infrastructure', 'databases', 'services', 'upload'].flatMap((name) =>
  parseAllDocuments(readFileSync(join(root, 'k8s', `${name}.yaml`), 'utf8')).map((one) => one.toJS() as KubeObject),
);
cluster.remember(objects);
const worker = workload('Deployment', 'worker');

describe('pods as containers', () => {
  after(() => rmSync(folder, { recursive: true }));

  test('every workload of the manifests is understood', () => {
    const workloads = objects.filter(isWorkload);
    assert.equal(workloads.length, 8);
    for (const one of workloads) refuseUnknown(one);
  });

  test('a pod gets the user, the restrictions and the settings of its manifest', () => {
    const args = runArguments(cluster, worker, 'worker-1', ['--volume', 'objects:/var/lib/filemill:ro']).join(' ');
    for (const part of [
      '--user 10001:10001 --group-add 10001 --read-only --read-only-tmpfs=false',
      '--security-opt no-new-privileges --cap-drop ALL',
      '--restart always',
      '--env FILEMILL_METADATA_TARGET=dns:///metadata:50052',
      '--env FILEMILL_REDIS_URL_FILE=/run/secrets/filemill/redis-url',
      '--memory 2g',
      '--volume objects:/var/lib/filemill:ro',
    ])
      assert.ok(args.includes(part), `${part} in ${args}`);
    assert.match(args, / worker-service:v1$/);
  });

  test('a pod answers to the Services that select it, and to no other', () => {
    const aliases = (one: Workload, pod: string) => {
      const args = runArguments(cluster, one, pod, []);
      return args.filter((_, index) => args[index - 1] === '--network-alias');
    };
    assert.deepEqual(aliases(workload('Deployment', 'metadata'), 'metadata-2'), ['metadata-2', 'metadata']);
    assert.deepEqual(aliases(worker, 'worker-1'), ['worker-1']);
  });

  test('what would be left out is refused', () => {
    const planted = structuredClone(worker) as unknown as { spec: { template: { spec: Record<string, unknown> } } };
    planted.spec.template.spec.initContainers = [];
    assert.throws(() => refuseUnknown(planted as unknown as Workload), /initContainers is not understood/);
    const privileged = structuredClone(worker);
    Object.assign(privileged.spec.template.spec.containers[0].securityContext, { privileged: true });
    assert.throws(() => refuseUnknown(privileged), /privileged is not understood/);
  });

  test('pods are named as their kind has it', () => {
    assert.deepEqual(podNames(worker), ['worker-1', 'worker-2']);
    assert.deepEqual(podNames(workload('StatefulSet', 'postgres')), ['postgres-0']);
  });
});

function workload(kind: string, name: string): Workload {
  const found = cluster.find(kind, name);
  if (!isWorkload(found)) throw new Error(`${kind} ${name} runs no pods`);
  return found;
}

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { root } from '../command.ts';
import type { Cluster } from './cluster.ts';
import { hasNoCounterpart, isUsed, isWorkload, type KubeObject, type Workload } from './objects.ts';
import { podNames, runArguments } from './pod.ts';
import { refuseUnknown } from './strict.ts';
import { mounts } from './volumes.ts';

/** Starts what the manifests describe, in no order but theirs and without waiting, as Kubernetes does. */
export async function apply(cluster: Cluster, files: readonly string[], { mustBeNew = false } = {}): Promise<void> {
  for (const file of files) {
    const objects = parse(file === '-' ? await text(process.stdin) : await readFile(resolve(root, file), 'utf8'));
    const old = objects.find((object) => mustBeNew && cluster.has(object));
    if (old !== undefined) throw new Error(`${old.kind} "${old.metadata.name}" already exists`);
    cluster.remember(objects);
    if ((await cluster.run(['network', 'inspect', cluster.network])).code !== 0)
      await cluster.must(['network', 'create', '--label', cluster.label, cluster.network]);
    for (const object of objects) console.log(await applyOne(cluster, object));
  }
}

function parse(manifests: string): readonly KubeObject[] {
  return parseAllDocuments(manifests).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as KubeObject;
  });
}

async function applyOne(cluster: Cluster, object: KubeObject): Promise<string> {
  const name = `${object.kind.toLowerCase()}/${object.metadata.name}`;
  if (hasNoCounterpart(object)) return `${name} has no counterpart without a cluster`;
  if (isUsed(object)) return `${name} noted`;
  if (!isWorkload(object)) throw new Error(`${name} is not understood without a cluster`);
  refuseUnknown(object);
  for (const pod of podNames(object)) await startPod(cluster, object, pod);
  return `${name} started`;
}

async function startPod(cluster: Cluster, workload: Workload, pod: string): Promise<void> {
  if ((await cluster.run(['container', 'inspect', `${cluster.name}-${pod}`])).code === 0) return;
  await cluster.must(runArguments(cluster, workload, pod, await mounts(cluster, workload, pod)));
}

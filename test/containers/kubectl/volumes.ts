import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import type { PodSpec, Volume, Workload } from './objects.ts';

/** The arguments of `podman run` for the mounts of one pod; makes what they need first. */
export async function mounts(cluster: Cluster, workload: Workload, pod: string): Promise<readonly string[]> {
  const { spec } = workload.spec.template;
  const claims = (workload.spec.volumeClaimTemplates ?? []).map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${pod}` },
  }));
  const volumes = new Map([...(spec.volumes ?? []), ...claims].map((volume) => [volume.name, volume]));
  const args: string[] = [];
  for (const { name, mountPath, readOnly } of spec.containers[0].volumeMounts ?? []) {
    const volume = volumes.get(name);
    if (volume === undefined) throw new Error(`${pod}: volumeMount "${name}" not found`);
    args.push(...(await mountOne(cluster, spec, volume, `${mountPath}${readOnly ? ':ro' : ''}`)));
  }
  return args;
}

async function mountOne(cluster: Cluster, spec: PodSpec, volume: Volume, target: string): Promise<readonly string[]> {
  const { secret, emptyDir, persistentVolumeClaim: claim } = volume;
  if (secret !== undefined) return ['--volume', `${secretFolder(cluster, spec, secret)}:${target}`];
  if (emptyDir !== undefined) {
    const size = emptyDir.sizeLimit?.replace(/i$/, '').toLowerCase();
    return ['--tmpfs', `${target}:rw,mode=1777${size ? `,size=${size}` : ''}`];
  }
  if (claim !== undefined) return ['--volume', `${await claimVolume(cluster, spec, claim.claimName)}:${target}`];
  throw new Error(`volume ${volume.name}: its kind is not understood`);
}

/** Files of root's that the pod's group may read, as the kubelet makes them. */
function secretFolder(cluster: Cluster, spec: PodSpec, secret: NonNullable<Volume['secret']>): string {
  const { stringData = {} } = cluster.find('Secret', secret.secretName);
  const group = spec.securityContext.fsGroup ?? 0;
  const items = secret.items ?? Object.keys(stringData).map((key) => ({ key, path: key }));
  const folder = join(cluster.folder, [secret.secretName, group, ...items.map(({ key }) => key)].join('-'));
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const { key, path } of items) {
    const value = stringData[key];
    if (value === undefined) throw new Error(`Secret ${secret.secretName} has no "${key}"`);
    const file = join(folder, path);
    writeFileSync(file, value, { mode: 0o600 });
    // Without root there is no giving away: the folder above is closed to everybody else.
    const privileged = process.getuid?.() === 0;
    if (privileged) chownSync(file, 0, group);
    chmodSync(file, privileged ? (secret.defaultMode ?? 0o644) : 0o444);
  }
  return folder;
}

/** A volume of the engine's whose top folder belongs to the pod's group: what `fsGroup` does. */
async function claimVolume(cluster: Cluster, spec: PodSpec, claim: string): Promise<string> {
  const name = `${cluster.name}-${claim}`;
  if ((await cluster.run(['volume', 'inspect', name])).code === 0) return name;
  await cluster.must(['volume', 'create', '--label', cluster.label, name]);
  const own = `chown 0:${spec.securityContext.fsGroup ?? 0} /claim && chmod 2775 /claim`;
  const image = spec.containers[0].image;
  const shell = ['--user', '0', '--volume', `${name}:/claim`, '--entrypoint', 'sh', image, '-c', own];
  await cluster.must(['run', '--rm', '--network', 'none', ...shell]);
  return name;
}

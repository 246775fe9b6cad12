import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readMetadataConfig } from '#services/metadata/config.ts';
import { readMigrateConfig } from '#services/metadata/migrate-config.ts';
import { readResultConfig } from '#services/result/config.ts';
import { readUploadConfig } from '#services/upload/config.ts';
import { readWebConfig } from '#services/web/config.ts';
import { readWorkerConfig } from '#services/worker/config.ts';
import { type Manifest, parseManifests, root, type Workload } from './manifests.ts';

/** A program that reads settings: a service, or the Job that runs another program of the metadata image. */
const readers: Readonly<Record<string, (env: NodeJS.ProcessEnv) => unknown>> = {
  upload: readUploadConfig,
  metadata: readMetadataConfig,
  result: readResultConfig,
  worker: readWorkerConfig,
  web: readWebConfig,
  migrate: readMigrateConfig,
};

export type Variables = Readonly<Record<string, string>>;

/** The environment of a container. */
export interface Environment {
  /** The program that reads them: `upload`, `migrate`, … */
  readonly reader: string;
  /** Where they stand, for messages. */
  readonly where: string;
  /** Variables of the image, shared with other programs: a program need not know all of them. */
  readonly shared: Variables;
  /** The program's own variables: one that it does not read is a mistake. */
  readonly own: Variables;
  /** The files that are mounted, path → content. */
  readonly files: Variables;
}

export interface Reading {
  readonly problems: readonly string[];
  /** The value of each variable that the program read and that was set. */
  readonly values: Variables;
}

/** Lets the program's own `config.ts` read its environment, secrets included, as it will at boot. */
export function readSettings({ reader, where, shared, own, files }: Environment): Reading {
  const read = readers[reader];
  if (read === undefined) return { problems: [`${where}: nothing is known that reads its settings`], values: {} };
  const problems: string[] = [];
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...shared, ...own })) {
    const content = name.endsWith('_FILE') ? files[value] : value;
    if (content === undefined) problems.push(`${where}: ${name} is ${value}, which is not mounted`);
    else env[plainName(name)] = content;
  }
  const asked = new Set<string | symbol>();
  const noting = new Proxy(env, {
    get(target, name) {
      asked.add(name);
      return Reflect.get(target, name);
    },
  });
  try {
    read(noting);
  } catch (error) {
    problems.push(`${where}: ${(error as Error).message}`);
  }
  const unread = Object.keys(own).filter((name) => !asked.has(plainName(name)));
  return {
    problems: [...problems, ...unread.map((name) => `${where}: nobody reads ${name}`)],
    values: Object.fromEntries(Object.entries(env).filter(([name]) => asked.has(name))),
  };
}

/** `NAME_FILE` is a file that holds the value of `NAME`. */
function plainName(name: string): string {
  return name.replace(/_FILE$/, '');
}

/** The environment that Kubernetes gives a workload, on top of its image's. */
export function environmentOf({ name, title, pod, container }: Workload, image: Variables, all: readonly Manifest[]) {
  const configMaps = (container.envFrom ?? []).map(({ configMapRef }) => {
    const found = all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name);
    return (found?.data ?? {}) as Variables;
  });
  const mounted = (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const secret = pod.volumes?.find((volume) => volume.name === name)?.secret;
    const data = (all.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === secret?.secretName)
      ?.stringData ?? {}) as Variables;
    return (secret?.items ?? [])
      .filter(({ key }) => data[key] !== undefined)
      .map(({ key, path }) => [`${mountPath}/${path}`, data[key] as string] as const);
  });
  const environment: Environment = {
    reader: name,
    where: title,
    shared: Object.assign({}, image, ...configMaps),
    own: Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value ?? ''])),
    files: Object.fromEntries(mounted),
  };
  return environment;
}

let printed: string | undefined;

/** The Secret as k8s/make-secrets.sh prints it; the same one each time. */
export function makeSecrets(): Manifest[] {
  printed ??= execFileSync(join(root, 'k8s/make-secrets.sh'), { encoding: 'utf8' });
  return parseManifests(printed, 'k8s/make-secrets.sh');
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serviceEnvironment, serviceNodeOptions } from '#local/processes/service-runtime.ts';
import {
  type ComposeService,
  type Dockerfile,
  readCompose,
  readDockerfile,
  type Service,
  services,
} from './dockerfiles.ts';
import { type Manifest, root, type Workload, workloadsOf } from './manifests.ts';
import { networkProblems } from './network.ts';
import { type Environment, environmentOf, makeSecrets, readSettings, type Variables } from './settings.ts';

/** Finds contradictions between Dockerfiles, manifests, compose.yaml and the settings that the programs read. */
export function consistencyProblems(manifests: readonly Manifest[]): string[] {
  const dockerfiles = services.map(readDockerfile);
  return [
    ...dockerfiles.flatMap(dockerfileProblems),
    ...workloadProblems(manifests, dockerfiles),
    ...composeProblems('compose.yaml', readCompose(), dockerfiles),
    ...composeProblems('compose.auth.yaml', readCompose('compose.auth.yaml'), dockerfiles),
  ];
}

function dockerfileProblems({ service, image, user, command, env }: Dockerfile): string[] {
  const where = `build/package/${service}.Dockerfile`;
  const wanted = ['node', ...serviceNodeOptions, `src/services/${service}/main.ts`];
  return [
    ...differ(`${where}: image`, image, `${service}-service:v1`),
    ...differ(`${where}: CMD`, command.join(' '), wanted.join(' ')),
    ...Object.entries(serviceEnvironment).flatMap(([name, value]) =>
      differ(`${where}: ${name}`, env[name] ?? '', value),
    ),
    ...differ(`${where}: USER`, user, '10001:10001'),
  ];
}

function workloadProblems(manifests: readonly Manifest[], dockerfiles: readonly Dockerfile[]): string[] {
  const known = [...manifests, ...makeSecrets()];
  const settings = new Map<string, Variables>();
  const problems = workloadsOf(manifests)
    .filter(({ labels }) => labels['app.kubernetes.io/component'] !== 'database')
    .flatMap((workload) => {
      const { image = '' } = workload.container;
      const dockerfile = dockerfileOf(image, dockerfiles);
      if (dockerfile === undefined && isBaseImage(image)) {
        const script = environmentOf(workload, {}, known);
        settings.set(workload.name, script.files);
        return scriptProblems(script);
      }
      if (dockerfile === undefined) return [`${workload.title}: no Dockerfile makes ${image}`];
      const environment = environmentOf(workload, dockerfile.env, known);
      const reading = readSettings(environment);
      settings.set(workload.name, reading.values);
      return [
        ...reading.problems,
        ...secretProblems(environment),
        ...containerProblems(workload, dockerfile, reading.values),
      ];
    });
  return [...problems, ...referenceProblems(known), ...networkProblems(manifests, settings)];
}

/** A script of ours in the image of a database: what it is told is where it is told, and nothing else is there. */
function scriptProblems({ where, own, files }: Environment): string[] {
  const named = Object.entries(own).filter(([name]) => name.endsWith('_FILE'));
  return [
    ...named
      .filter(([, path]) => files[path] === undefined)
      .map(([name, path]) => `${where}: ${name} is ${path}, which is not mounted`),
    ...Object.keys(files)
      .filter((path) => !named.some(([, known]) => known === path))
      .map((path) => `${where}: ${path} is mounted, and no setting names it`),
  ];
}

/** Ports and user of a container, against its image and against the addresses that the program is told. */
function containerProblems(workload: Workload, dockerfile: Dockerfile, settings: Variables): string[] {
  const { title, name, pod, container } = workload;
  const { runAsUser, runAsGroup } = pod.securityContext ?? {};
  const user = differ(`${title}: user`, `${runAsUser}:${runAsGroup}`, dockerfile.user);
  const command = container.command?.at(-1);
  if (command !== undefined && !existsSync(join(root, command))) return [...user, `${title}: there is no ${command}`];
  if (name !== dockerfile.service) return user;
  const ports = sorted((container.ports ?? []).map(({ containerPort }) => containerPort));
  const listening = Object.entries(settings).filter(([variable]) => variable.endsWith('_LISTEN'));
  return [
    ...user,
    ...differ(`${title}: ports`, ports, sorted(dockerfile.ports)),
    ...differ(`${title}: ports that it is told to listen on`, sorted(listening.map(([, at]) => portOf(at))), ports),
  ];
}

function composeProblems(
  file: string,
  compose: readonly ComposeService[],
  dockerfiles: readonly Dockerfile[],
): string[] {
  const missing = services.filter((service) => !compose.some(({ name }) => name === service));
  return [
    ...missing.map((service) => `${file}: there is no ${service}`),
    ...compose.flatMap((service) => composeServiceProblems(`${file}, ${service.name}`, service, dockerfiles)),
  ];
}

function composeServiceProblems(where: string, service: ComposeService, dockerfiles: readonly Dockerfile[]): string[] {
  const open = (service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:'));
  const exposure = [
    ...open.map((port) => `${where}: ${port} is not bound to 127.0.0.1`),
    ...hardeningProblems(service).map((problem) => `${where}: ${problem}`),
  ];
  const dockerfile = dockerfileOf(service.image, dockerfiles);
  if (dockerfile === undefined)
    return isBaseImage(service.image) ? exposure : [...exposure, `${where}: no Dockerfile makes ${service.image}`];
  const secrets = makeSecrets()[0]?.stringData as Variables;
  const environment = {
    reader: service.name,
    where,
    shared: dockerfile.env,
    own: service.environment ?? {},
    files: Object.fromEntries((service.secrets ?? []).map((key) => [`/run/secrets/${key}`, secrets[key] ?? ''])),
  };
  const problems = [...readSettings(environment).problems, ...secretProblems(environment)];
  const closed = (service.ports ?? [])
    .map((port) => Number(port.split(':').at(-1)))
    .filter((port) => !dockerfile.ports.includes(port));
  return [...exposure, ...problems, ...closed.map((port) => `${where}: the image does not listen on ${port}`)];
}

/** A program gets the secrets that it reads, and the migration job alone those of the owner of the tables. */
function secretProblems({ reader, where, shared, own, files }: Environment): string[] {
  const named = Object.values({ ...shared, ...own });
  const isOfOwner = (content: string) => /^postgresql:\/\/(file_processor|postgres):/.test(content);
  return Object.entries(files).flatMap(([path, content]) => [
    ...(named.includes(path) ? [] : [`${where}: ${path} is mounted, and no setting names it`]),
    ...(reader !== 'migrate' && isOfOwner(content) ? [`${where}: ${path} opens PostgreSQL for the owner`] : []),
  ]);
}

function hardeningProblems({ name, volumes = [], read_only, cap_drop, security_opt }: ComposeService): string[] {
  return [
    ...(read_only === true ? [] : ['its root file system can be written']),
    ...(String(cap_drop) === 'ALL' ? [] : ['it keeps capabilities']),
    ...(security_opt?.includes('no-new-privileges') ? [] : ['it may gain privileges']),
    ...(name === 'upload' || !volumes.some((volume) => /^objects:[^:]*$/.test(volume))
      ? []
      : ['it may write to the volume of the files']),
  ];
}

function isBaseImage(image: string): boolean {
  return ['postgres:18', 'redis:7', 'prom/prometheus:v3.5.0', 'grafana/grafana:12.1.1'].includes(image);
}

/** Checks that objects named by pods and scalers exist, and that no workload has two scalers. */
function referenceProblems(manifests: readonly Manifest[]): string[] {
  const names = new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const wanted = workloadsOf(manifests).flatMap(({ title, pod, container }) => [
    [title, `ServiceAccount ${pod.serviceAccountName}`],
    ...(pod.priorityClassName ? [[title, `PriorityClass ${pod.priorityClassName}`]] : []),
    ...(container.envFrom ?? []).flatMap(({ configMapRef }) =>
      configMapRef ? [[title, `ConfigMap ${configMapRef.name}`]] : [],
    ),
    ...(pod.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
      claim ? [[title, `PersistentVolumeClaim ${claim.claimName}`]] : [],
    ),
  ]);
  const scaled = manifests
    .filter(({ kind }) => ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind))
    .map(({ kind, metadata, spec }) => {
      const target = (spec as { scaleTargetRef: { name: string } }).scaleTargetRef.name;
      return [`${kind} ${metadata.name}`, `Deployment ${target}`] as const;
    });
  const targets = scaled.map(([, target]) => target);
  return [
    ...[...wanted, ...scaled].filter(([, name = '']) => !names.has(name)).map(([who, name]) => `${who}: no ${name}`),
    ...targets
      .filter((target, index) => targets.indexOf(target) !== index)
      .map((target) => `two scalers for ${target}`),
  ];
}

function dockerfileOf(image: string | undefined, dockerfiles: readonly Dockerfile[]): Dockerfile | undefined {
  const service: Service | undefined = services.find((name) => image === `${name}-service:v1`);
  return dockerfiles.find((dockerfile) => dockerfile.service === service);
}

function differ(what: string, is: unknown, expected: unknown): string[] {
  return String(is) === String(expected) ? [] : [`${what}: ${is}, not ${expected}`];
}

function sorted(ports: readonly number[]): readonly number[] {
  return [...ports].sort((a, b) => a - b);
}

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './manifests.ts';

export const services = ['upload', 'metadata', 'result', 'worker', 'web'] as const;
export type Service = (typeof services)[number];

/** Describes the last stage of build/package/SERVICE.Dockerfile. */
export interface Dockerfile {
  readonly service: Service;
  /** `upload-service:v1` */
  readonly image: string;
  /** `10001:10001` */
  readonly user: string;
  readonly ports: readonly number[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** @throws Error when there is none, or it lacks one of these */
export function readDockerfile(service: Service): Dockerfile {
  const path = `build/package/${service}.Dockerfile`;
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/\\\n/g, ' ');
  const last = text.slice(text.lastIndexOf('\nFROM '));
  const instruction = (name: string): string => {
    const [, value] = new RegExp(`^${name} +(.+)$`, 'm').exec(last) ?? [];
    if (value === undefined) throw new Error(`${path}: its last stage has no ${name}`);
    return value.trim();
  };
  const [, image] = / -t (\S+)/.exec(text) ?? [];
  return {
    service,
    image: image ?? '',
    user: instruction('USER'),
    ports: instruction('EXPOSE').split(/\s+/).map(Number),
    command: JSON.parse(instruction('CMD')) as string[],
    env: Object.fromEntries(
      instruction('ENV')
        .split(/\s+/)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  };
}

/** A service of compose.yaml, as far as the checks look at it. */
export interface ComposeService {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

/** The services of compose.yaml, with what further files say of them. */
export function readCompose(...further: readonly string[]): ComposeService[] {
  const [services = {}, ...changes] = ['compose.yaml', ...further].map(composeServices);
  return Object.entries(services).map(([name, service]) => ({
    name,
    ...service,
    environment: Object.assign({}, service.environment, ...changes.map((change) => change[name]?.environment)),
    secrets: [service, ...changes.map((change) => change[name])].flatMap((one) => one?.secrets ?? []),
  }));
}

function composeServices(path: string): Readonly<Record<string, Omit<ComposeService, 'name'>>> {
  // Compose passes an empty value for an unset variable.
  const text = readFileSync(join(root, path), 'utf8').replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  return (parse(text, { merge: true }) as { services: Record<string, Omit<ComposeService, 'name'>> }).services;
}

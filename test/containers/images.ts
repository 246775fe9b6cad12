import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { must, succeeds } from './command.ts';
import type { Engine } from './engine.ts';

export const services = ['upload', 'metadata', 'result', 'worker', 'web'] as const;
export type ServiceName = (typeof services)[number];

export interface Image {
  readonly service: ServiceName;
  readonly name: string;
  /** Bytes, with all layers. */
  readonly size: number;
  /** Bytes beyond the base image. */
  readonly overBase: number;
  /** As the image declares it. */
  readonly user: string;
  /** From the base upwards. */
  readonly layers: readonly string[];
}

export function imageName(service: ServiceName): string {
  return `${service}-service:v1`;
}

const bases = ['node:26-slim', 'postgres:18', 'redis:7'] as const;

/** The base images as they are found here, pulled when missing: one line each. */
export async function baseImages({ program }: Engine): Promise<readonly string[]> {
  return await Promise.all(
    bases.map(async (name) => {
      if (!(await succeeds([program, 'image', 'inspect', name]))) await must([program, 'pull', name]);
      const [id, created] = (await must([program, 'image', 'inspect', '--format', '{{.Id}} {{.Created}}', name])).split(
        ' ',
      );
      const version = await must([program, 'run', '--rm', '--entrypoint', 'sh', name, '-c', versionCommand(name)]);
      return `${name}: ${version.trim()}, ${id?.replace('sha256:', '').slice(0, 12)} of ${created?.slice(0, 10)}`;
    }),
  );
}

function versionCommand(base: (typeof bases)[number]): string {
  const program = { 'node:26-slim': 'node', 'postgres:18': 'postgres', 'redis:7': 'redis-server' }[base];
  return `. /etc/os-release; echo "$(${program} --version | cut -c1-40) on $PRETTY_NAME"`;
}

/** Builds one after the other, so that the second finds the layers of the first. */
export async function buildImages(engine: Engine): Promise<readonly Image[]> {
  const built: Image[] = [];
  for (const service of services) {
    await buildFrom(engine, service, imageName(service));
    built.push(await inspect(engine, service));
  }
  return built;
}

/** The image of everything. */
export const wholeImage = 'filemill:test';

export async function buildWholeImage(engine: Engine): Promise<string> {
  await buildFrom(engine, 'filemill', wholeImage);
  const [image] = JSON.parse(await must([engine.program, 'image', 'inspect', wholeImage])) as [ImageDetails];
  return `${Math.round(image.Size / 1_000_000)} MB`;
}

/** How many layers from the base upwards all of them have in common. */
export function sharedLayers([first, ...others]: readonly Image[]): number {
  const differs = first?.layers.findIndex((layer, index) => others.some(({ layers }) => layers[index] !== layer));
  return differs ?? 0;
}

async function buildFrom({ program }: Engine, name: string, tag: string): Promise<void> {
  // podman's own format has no HEALTHCHECK. The network and the npm settings of this machine lead to its registry.
  const settings = join(homedir(), '.npmrc');
  const npm = existsSync(settings) ? ['--volume', `${settings}:/root/.npmrc:ro`] : [];
  const own = program === 'podman' ? ['--format', 'docker', ...npm] : [];
  const file = `build/package/${name}.Dockerfile`;
  await must([program, 'build', '--network', 'host', ...own, '--file', file, '--tag', tag, '.']);
}

async function inspect({ program }: Engine, service: ServiceName): Promise<Image> {
  const names = [imageName(service), bases[0]];
  const [image, base] = JSON.parse(await must([program, 'image', 'inspect', ...names])) as [ImageDetails, ImageDetails];
  return {
    service,
    name: imageName(service),
    size: image.Size,
    overBase: image.Size - base.Size,
    user: image.Config.User,
    layers: image.RootFS.Layers,
  };
}

interface ImageDetails {
  readonly Size: number;
  readonly Config: { readonly User: string };
  readonly RootFS: { readonly Layers: readonly string[] };
}

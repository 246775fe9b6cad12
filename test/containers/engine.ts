import { must, succeeds } from './command.ts';

/** What runs containers here: Docker where its engine answers, else podman. */
export interface Engine {
  readonly program: 'docker' | 'podman';
  /** `podman 4.3.1` */
  readonly description: string;
}

/** @throws Error that says what to install */
export async function findEngine(): Promise<Engine> {
  if (await succeeds(['docker', 'info'])) return await describe('docker');
  if (await succeeds(['podman', 'info'])) return await describe('podman');
  throw new Error('Neither Docker nor podman runs here. On Debian: sudo apt-get install podman');
}

async function describe(program: Engine['program']): Promise<Engine> {
  const said = await must([program, '--version']);
  return { program, description: `${program} ${/\d[\w.]*/.exec(said)?.[0] ?? ''}` };
}

/** The names of what carries all of these labels. */
export async function labelled(
  engine: string,
  kind: 'container' | 'volume' | 'network',
  ...labels: readonly string[]
): Promise<readonly string[]> {
  const listing = {
    container: ['ps', '--all', '--format', '{{.Names}}'],
    volume: ['volume', 'ls', '--format', '{{.Name}}'],
    network: ['network', 'ls', '--format', '{{.Name}}'],
  }[kind];
  const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
  return (await must([engine, ...listing, ...filters])).split('\n').filter(Boolean).sort();
}

/** Removes all containers, volumes and networks that carry the label. */
export async function removeLabelled(engine: string, label: string): Promise<void> {
  const removal = { container: ['rm', '--force', '--volumes'], volume: ['volume', 'rm'], network: ['network', 'rm'] };
  for (const kind of ['container', 'volume', 'network'] as const) {
    const names = await labelled(engine, kind, label);
    if (names.length > 0) await must([engine, ...removal[kind], ...names]);
  }
}

/**
 * Kills the first process of a container as a crash would, so that its restart policy applies: the
 * engine's own `kill` counts as an order to stay down. `image` holds a Node that does it.
 */
export async function crash(engine: string, container: string, image: string): Promise<void> {
  const pid = (await must([engine, 'inspect', '--format', '{{.State.Pid}}', container])).trim();
  const kill = ['--user', '0', '--pid', 'host', '--entrypoint', 'node', image, '-e', `process.kill(${pid}, 'SIGKILL')`];
  await must([engine, 'run', '--rm', ...kill]);
}

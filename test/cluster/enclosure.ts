import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const variable = 'FILEMILL_TEST_CLUSTER_FOLDER';

/** The folder of this run; undefined outside of the enclosure. */
export function enclosedFolder(): string | undefined {
  return process.env[variable];
}

/**
 * Runs this program again in namespaces of its own for network, mounts and processes, from which nothing gets out: the
 * machine's own network and files stay as they are, and the kernel ends whatever is left in it.
 *
 * @returns its exit code
 */
export async function runEnclosed(): Promise<number> {
  if (process.getuid?.() !== 0) {
    console.error(
      'Hosts are network namespaces, which only root may make: run it as root (sudo npm run test:cluster).',
    );
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'fmc-'));
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const inside = spawn('unshare', [...namespaces, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [variable]: folder },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => inside.kill('SIGKILL'));
  const [code] = (await once(inside, 'exit')) as [number | null];
  await rm(folder, { recursive: true, force: true });
  return code ?? 130;
}

/** Inside: has a place for namespaces of hosts, and asks the name server at this address. */
export async function furnish(folder: string, nameServer: string): Promise<void> {
  await mkdir('/run/netns', { recursive: true });
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run/netns']);
  const resolver = join(folder, 'resolv.conf');
  await writeFile(resolver, `nameserver ${nameServer}\noptions timeout:1 attempts:3\n`);
  await run('mount', ['--bind', resolver, '/etc/resolv.conf']);
}

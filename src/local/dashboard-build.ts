import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, rename, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { onAbort } from '#platform/abort.ts';
import { killGroup, type LiveProcesses } from './processes/child.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const vite = pathOf('node_modules/vite/bin/vite.js');
const built = pathOf('dashboard/dist');
const sources = '{*.html,vite.config.ts,build/**,src/**}';

type BuildOptions = { readonly processes: LiveProcesses; readonly signal: AbortSignal };

/** Builds the dashboard when it is missing or older than its sources. Never throws: all else works without it. */
export async function buildDashboard(options: BuildOptions): Promise<'fresh' | 'built' | 'failed'> {
  try {
    if (!existsSync(vite) || (await isFresh())) return 'fresh';
    await build(options);
    return 'built';
  } catch {
    // Another `filemill up` may have built it meanwhile.
    return (await isFresh().catch(() => false)) ? 'built' : 'failed';
  }
}

async function isFresh(): Promise<boolean> {
  const builtAt = await stat(`${built}/index.html`).catch(() => undefined);
  if (builtAt === undefined) return false;
  for await (const path of glob(sources, { cwd: pathOf('dashboard') }))
    if ((await stat(pathOf(`dashboard/${path}`))).mtimeMs > builtAt.mtimeMs) return false;
  return true;
}

/** Builds beside the final place and moves the result there, since another `filemill up` may read or build it now. */
async function build({ processes, signal }: BuildOptions): Promise<void> {
  const draft = `${built}-${process.pid}`;
  try {
    signal.throwIfAborted();
    const args = ['build', pathOf('dashboard'), '--outDir', draft, '--emptyOutDir', '--logLevel', 'silent'];
    const child = spawn(process.execPath, [vite, ...args], { stdio: 'ignore', detached: true });
    processes.add(child, 'SIGKILL');
    await ended(child, signal);
    await rm(built, { recursive: true, force: true });
    await rename(draft, built);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess, signal: AbortSignal): Promise<void> {
  using _ = onAbort(signal, () => killGroup(child, 'SIGKILL'));
  const code = await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
  if (code !== 0) throw new Error(`Vite ended with ${code}.`);
}

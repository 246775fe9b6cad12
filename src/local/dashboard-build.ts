import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { onAbort } from '#platform/abort.ts';
import { killGroup } from './processes/child.ts';
import type { LiveProcesses } from './processes/live-processes.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const vite = pathOf('node_modules/vite/bin/vite.js');
const built = pathOf('dashboard/dist');
/** What the page is made from. */
const sources = ['index.html', 'vite.config.ts', 'build', 'src'].map((name) => pathOf(`dashboard/${name}`));

interface BuildOptions {
  readonly processes: LiveProcesses;
  readonly signal: AbortSignal;
}

/**
 * Builds the dashboard when it is missing or older than its sources. Everything else works without it, so that this
 * never throws: the answer says whether there was nothing to do, or how it went.
 */
export async function buildDashboard(options: BuildOptions): Promise<'fresh' | 'built' | 'failed'> {
  try {
    if (!existsSync(vite) || (await isFresh())) return 'fresh';
    await build(options);
    return 'built';
  } catch {
    // Another `filemill up` may have been quicker.
    return (await isFresh().catch(() => false)) ? 'built' : 'failed';
  }
}

async function isFresh(): Promise<boolean> {
  const builtAt = await stat(`${built}/index.html`).catch(() => undefined);
  if (builtAt === undefined) return false;
  const times = await Promise.all(sources.map(newestWithin));
  return Math.max(...times) <= builtAt.mtimeMs;
}

async function newestWithin(path: string): Promise<number> {
  const own = await stat(path);
  if (!own.isDirectory()) return own.mtimeMs;
  const within = await Promise.all((await readdir(path)).map((name) => newestWithin(`${path}/${name}`)));
  return Math.max(own.mtimeMs, ...within);
}

/** Beside its place, and moved there when it is whole: another `filemill up` may read or build it just now. */
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

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { findProcess, isRunning, type ProcessIdentity, signalProcess, waitForEnd } from './process-table.ts';

const schema = z.record(z.string(), z.object({ pid: z.number().int().positive(), startTime: z.string() }));

/** Leftover services are ending by themselves; after this time they are killed. */
const patienceMs = 5_000;

/** Records started processes on disk, so that the run after a crash can end those that are left. */
export class ChildRegister {
  readonly #path: string;
  readonly #children: Record<string, ProcessIdentity> = {};

  constructor(path: string) {
    this.#path = path;
  }

  /** Ends processes of an earlier run that are still running. */
  async stopLeftovers(log: (line: string) => void): Promise<void> {
    const left = await this.running();
    if (left.length === 0) return;
    log(
      `stopping what an earlier run left behind: ${left.map(([name, { pid }]) => `${name} (pid ${pid})`).join(', ')}`,
    );
    for (const [, { pid }] of left) signalProcess(pid, 'SIGTERM');
    await Promise.all(left.map(([, identity]) => endByForceAfter(identity, patienceMs)));
  }

  async running(): Promise<readonly (readonly [name: string, ProcessIdentity])[]> {
    const running: [string, ProcessIdentity][] = [];
    for (const entry of Object.entries(this.#read())) if (await isRunning(entry[1])) running.push(entry);
    return running;
  }

  async add(name: string, pid: number | undefined): Promise<void> {
    const identity = pid === undefined ? undefined : await findProcess(pid);
    if (identity === undefined) return;
    this.#children[name] = identity;
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#children), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }

  #read(): Record<string, ProcessIdentity> {
    try {
      return schema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      // The file is missing at first, and may be torn by a crash of the machine, after which nothing runs.
      return {};
    }
  }
}

/** The registered processes that run. */
export async function runningChildren(
  dataDir: string,
): Promise<readonly { readonly name: string; readonly pid: number }[]> {
  const register = new ChildRegister(join(dataDir, 'children.json'));
  return (await register.running()).map(([name, { pid }]) => ({ name, pid }));
}

async function endByForceAfter(identity: ProcessIdentity, ms: number): Promise<void> {
  if (await waitForEnd(identity, ms)) return;
  // Every child leads a group of its own.
  if (!signalProcess(-identity.pid, 'SIGKILL')) signalProcess(identity.pid, 'SIGKILL');
  await waitForEnd(identity, ms);
}

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { signalProcess } from './process-table.ts';

/** Starts a program in its own process group, out of reach of a terminal's Ctrl-C. */
export async function spawnDetached(
  [program = '', ...args]: readonly string[],
  options: Omit<SpawnOptions, 'detached'>,
): Promise<ChildProcess> {
  const child = spawn(program, args, { ...options, detached: true });
  await once(child, 'spawn');
  return child;
}

/** Resolves with how the process ended, even if it already has. */
export async function endOf(child: ChildProcess): Promise<string> {
  if (!hasEnded(child)) await once(child, 'exit');
  return child.signalCode === null ? `ended with code ${child.exitCode}` : `was ended by ${child.signalCode}`;
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Sends `gentle`, and `afterMs` later `harsh` to what is left of the process group. Resolves when it has ended. */
export async function stopChild(
  child: ChildProcess,
  { gentle, harsh, afterMs }: { gentle: NodeJS.Signals; harsh: NodeJS.Signals; afterMs: number },
): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.ref();
  child.kill(gentle);
  const backstop = setTimeout(() => killGroup(child, harsh), afterMs);
  await ended;
  clearTimeout(backstop);
}

export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined && !hasEnded(child)) signalProcess(-child.pid, signal);
}

/** All processes from spawn to exit, so that `kill` reaches even one that is still starting. */
export class LiveProcesses {
  readonly #harshSignals = new Map<ChildProcess, NodeJS.Signals>();

  /** Must be called before anything is awaited after the spawn; `harsh` is the signal that ends the process at once. */
  add(child: ChildProcess, harsh: NodeJS.Signals): void {
    this.#harshSignals.set(child, harsh);
    child.once('exit', () => this.#harshSignals.delete(child));
  }

  /** Ends all of them at once, without waiting. */
  kill(): void {
    for (const [child, harsh] of this.#harshSignals) killGroup(child, harsh);
  }
}

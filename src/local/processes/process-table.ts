import { readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Identifies a process, so that a later one with the same id is not confused with it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since boot, from /proc; empty where there is no /proc. */
  readonly startTime: string;
}

/** Finds the process with this id; undefined if there is none (a zombie counts as none). */
export async function findProcess(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold spaces and parentheses: field 3 of proc(5) follows the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startTime: fields[19] ?? '' };
  } catch {
    return process.platform === 'linux' || !signalProcess(pid, 0) ? undefined : { pid, startTime: '' };
  }
}

/** Whether a signal, or a debugger, keeps this process from running. */
export async function isFrozen(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /^[Tt]$/.test(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0] ?? '');
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await findProcess(identity.pid))?.startTime === identity.startTime;
}

/** Answers undefined when the process is gone or belongs to another user. */
export async function workingDirectory(pid: number): Promise<string | undefined> {
  return await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}

/** Sends a signal; false when there is no such process, or it is not ours. A negative pid means a group. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Waits for the process to end; false if it still runs after `timeoutMs`. */
export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  while (await isRunning(identity)) {
    if (performance.now() > giveUpAt) return false;
    await delay(25);
  }
  return true;
}

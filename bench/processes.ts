import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const tickMs = 10;

/** A process and all of its descendants, each with a name that says what it is. */
export interface ProcessUsage {
  readonly pid: number;
  readonly name: string;
  /** User and system time since its start, that of ended children included. */
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** What a process tree has used so far (proc(5)). */
export function usageBelow(root: number): ProcessUsage[] {
  const all = new Map<number, { parent: number; cpuMs: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readOrEmpty(`/proc/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0);
    all.set(Number(name), { parent: Number(fields[1]), cpuMs: ticks * tickMs });
  }
  const isBelow = (pid: number): boolean => pid === root || (all.has(pid) && isBelow(all.get(pid)?.parent ?? 0));
  return [...all]
    .filter(([pid]) => isBelow(pid))
    .map(([pid, { cpuMs }]) => ({ pid, name: nameOf(pid), cpuMs, peakMiB: peakOf(pid) }));
}

/** CPU milliseconds by name between two looks. */
export function cpuBetween(before: readonly ProcessUsage[], after: readonly ProcessUsage[]): Map<string, number> {
  const used = new Map<string, number>();
  for (const { pid, name, cpuMs } of after) {
    const earlier = before.find((other) => other.pid === pid)?.cpuMs ?? 0;
    used.set(name, (used.get(name) ?? 0) + cpuMs - earlier);
  }
  return used;
}

function nameOf(pid: number): string {
  const command = readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  const [, service] = /services\/(\w+)\/main\.ts/.exec(command) ?? [];
  if (service !== undefined) return service;
  if (/postgres/.test(command)) return 'postgres';
  if (/(redis|valkey)-server/.test(command)) return 'redis';
  if (/cli\/main\.ts up/.test(command)) return 'up';
  return command.split(' ')[0] || 'ended';
}

function peakOf(pid: number): number {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1] ?? 0) / 1_024;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Memory of a process and all of its descendants, in MiB. */
export interface Memory {
  /** The sum of what is resident of each (RSS): a page that several share counts for each of them. */
  readonly resident: number;
  /** What is resident of all together (the sum of PSS): a shared page counts once. */
  readonly together: number;
}

/** See `Memory`. */
export function memoryBelow(root: number): Memory {
  const pids = usageBelow(root).map(({ pid }) => pid);
  const sum = (file: string, field: RegExp) =>
    pids.reduce((total, pid) => total + Number(field.exec(readOrEmpty(`/proc/${pid}/${file}`))?.[1] ?? 0) / 1_024, 0);
  return { resident: sum('status', /^VmRSS:\s*(\d+) kB$/m), together: sum('smaps_rollup', /^Pss:\s*(\d+) kB$/m) };
}

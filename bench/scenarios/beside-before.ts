import { join } from 'node:path';
import { firstRelease, installRelease } from '../../test/support/release.ts';
import { atLeast, atMost, type Figure, median, within } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { Talker } from '../talker.ts';
import { smallLoad } from './small-files.ts';

const root = join(import.meta.dirname, '../..');

export const besideBefore: Scenario = {
  name: 'beside-before',
  title: `small files and latency beside commit ${firstRelease.slice(0, 7)}, installed and started in the same run, in turns`,
  async run(bench) {
    const earlier = installRelease(firstRelease, 'all');
    await using now = await System.start(root, bench.env);
    await using before = await System.start(earlier, {});
    const atRest = await both(now, before, (system) => system.memory());
    const small = await smallFiles(bench, now, before);
    const latency = await latencies(bench, now, before);
    await both(now, before, (system) => system.audit());
    return [
      ...small,
      ...latency,
      atMost({ name: 'memory-at-rest', unit: 'MiB', value: atRest.now }, atRest.before, 0.7),
    ];
  },
};

/** What both systems answered. */
interface Both<T> {
  readonly now: T;
  readonly before: T;
}

async function both<T>(now: System, before: System, ask: (system: System) => Promise<T>): Promise<Both<T>> {
  return { before: await ask(before), now: await ask(now) };
}

async function smallFiles({ quick, note }: Bench, now: System, before: System): Promise<Figure[]> {
  const load = { ...smallLoad, files: quick ? 5_000 : 20_000 };
  await both(now, before, (system) => system.run({ ...load, files: quick ? 10_000 : 60_000 }));
  const runs: Both<SmallRun>[] = [];
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    const run = await both(now, before, (system) => system.run(load));
    runs.push(run);
    for (const [name, { rate, cpu }] of Object.entries(run))
      note(`${name}: ${rate.toFixed(0)} files/s; ${inWords(cpu)}`);
  }
  const underLoad = await both(now, before, (system) => system.memory());
  const kept = await both(now, before, (system) => system.kept());
  const of = (read: (run: SmallRun) => number): Both<number> => ({
    now: median(runs.map(({ now }) => read(now))),
    before: median(runs.map(({ before }) => read(before))),
  });
  const [rate, cpu, wal] = [of((run) => run.rate), of((run) => total(run.cpu)), of((run) => run.wal)];
  const postgres = of((run) => run.cpu.postgres ?? 0);
  return [
    within({ name: 'small-files-processor', unit: 'µs a file', value: cpu.now }, 110),
    atLeast({ name: 'small-files-beside-before', unit: 'files/s', value: rate.now }, rate.before, 1.7),
    within({ name: 'postgresql-processor', unit: 'µs a file', value: postgres.now }, 30),
    within({ name: 'postgresql-kept', unit: 'bytes a file', value: kept.now }, 900),
    atMost({ name: 'postgresql-wal', unit: 'bytes a file', value: wal.now }, wal.before, 0.5),
    atMost({ name: 'memory-under-load', unit: 'MiB', value: underLoad.now }, underLoad.before, 0.7),
  ];
}

async function latencies({ quick, note }: Bench, now: System, before: System): Promise<Figure[]> {
  const files = quick ? 500 : 3_000;
  await both(now, before, (system) => system.latency(500));
  const found = await both(now, before, (system) => system.latency(files));
  for (const [name, { p50, p99 }] of Object.entries(found)) note(`${name}: p50 ${p50} ms, p99 ${p99} ms`);
  return [
    within({ name: 'latency-p50-at-100', unit: 'ms', value: found.now.p50 }, 2),
    within({ name: 'latency-p99-at-100', unit: 'ms', value: found.now.p99 }, 6),
  ];
}

interface SmallRun {
  /** Files a second. */
  readonly rate: number;
  /** Microseconds a file, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Bytes a file. */
  readonly wal: number;
}

/** A Filemill of one commit, with the client of the same commit. */
class System implements AsyncDisposable {
  readonly #talker: Talker;

  private constructor(talker: Talker) {
    this.#talker = talker;
  }

  static async start(folder: string, env: Bench['env']): Promise<System> {
    const program = join(root, 'bench/baselines/system-of.ts');
    const args = [program, folder, JSON.stringify(env)];
    return new System(await Talker.start(join(folder, 'node_modules/.bin/node'), args));
  }

  async run(load: typeof smallLoad | { readonly files: number }): Promise<SmallRun> {
    const { ms, cpuMs, walBytes } = await this.#ask<{
      ms: number;
      cpuMs: Record<string, number>;
      walBytes: number;
    }>('run', load);
    const each = (milliseconds: number) => (milliseconds * 1_000) / load.files;
    const cpu = Object.fromEntries(Object.entries(cpuMs).map(([name, used]) => [name, each(used)]));
    return { rate: (load.files * 1_000) / ms, cpu, wal: walBytes / load.files };
  }

  async latency(files: number) {
    return await this.#ask<{ p50: number; p99: number }>('latency', { files, filesPerSecond: 100 });
  }

  async memory(): Promise<number> {
    return (await this.#ask<{ mebibytes: number }>('memory')).mebibytes;
  }

  async kept(): Promise<number> {
    return (await this.#ask<{ bytes: number }>('kept')).bytes;
  }

  async audit(): Promise<void> {
    await this.#ask('audit');
  }

  async #ask<T>(order: string, load: object = {}): Promise<T> {
    return JSON.parse(await this.#talker.ask(`${order}\t${JSON.stringify(load)}`)) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#talker[Symbol.asyncDispose]();
  }
}

function total(cpu: Readonly<Record<string, number>>): number {
  return Object.values(cpu).reduce((sum, used) => sum + used, 0);
}

function inWords(cpu: Readonly<Record<string, number>>): string {
  const each = Object.entries(cpu).filter(([, used]) => used > 0.5);
  return `µs of CPU a file: ${each.map(([name, used]) => `${name} ${used.toFixed(0)}`).join(', ')}`;
}

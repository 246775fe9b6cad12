import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { audit } from '../audit.ts';
import { atLeast, median } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem } from '../system.ts';
import { textFile } from '../text-file.ts';

const MiB = 1024 ** 2;

export const twoWorkers: Scenario = {
  name: 'two-workers',
  title: 'two worker processes against one, a thread each, on files that only need the processor',
  async run(bench) {
    const [one, two] = [await rateOf(1, bench), await rateOf(2, bench)];
    const limit = await machineLimit(bench);
    bench.note(
      `two workers: ${(two / one).toFixed(2)} times one; analysis alone in two processes: ${limit.toFixed(2)} times one`,
    );
    // The limit of two processes on this machine, if that is lower.
    return [atLeast({ name: 'two-workers', unit: 'MB/s', value: two }, one, Math.min(1.7, limit))];
  },
};

/** From when the last worker has begun until the first has nothing left: how the last files fall is chance. */
const whileAllWork = `
  with each as (
    select min(claimed_at) as began, max(completed_at) as ended from files group by worker
  ), span as (select max(began) as began, min(ended) as ended from each)
  select count(*)::int as files, extract(epoch from max(s.ended) - max(s.began))::float8 * 1000 as ms
  from files f join span s on f.completed_at > s.began and f.completed_at <= s.ended`;

/** MB/s of backlogs that are in the page cache, each uploaded while the workers slept; the median of several. */
async function rateOf(workers: number, bench: Bench): Promise<number> {
  const env = { ...bench.env, FILEMILL_WORKER_THREADS: '1', FILEMILL_LEASE_MS: '120000' };
  await using system = await FilemillSystem.start(env, ['--workers', String(workers)]);
  const load = { kind: 'large', files: bench.quick ? 12 : 24, bytes: 64 * MiB, concurrency: 4, hashed: false } as const;
  // Once all programs are warm, for files that come one by one, and the workers know that files take long. More files
  // than these one deletion does not take.
  await system.run({ ...load, kind: 'single', files: 900, bytes: 4_096 });
  await system.run({ ...load, files: 64, bytes: 8 * MiB });
  const pids = system
    .usage()
    .filter(({ name }) => name === 'worker')
    .map(({ pid }) => pid);
  const rates: number[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    await system.forgetAll();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await system.send(load);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    // Frequent polling would use part of a core.
    while ((await system.completed()) < load.files) await delay(200);
    const [both] = await system.query<{ files: number; ms: number }>(whileAllWork);
    rates.push(((both?.files ?? 0) * load.bytes) / (both?.ms ?? 0) / 1_000);
    await audit(system);
  }
  bench.note(`${workers} at work: ${rates.map((rate) => `${rate.toFixed(0)} MB/s`).join(', ')}`);
  return median(rates);
}

/** How much more two processes do than one that do nothing but the same analysis. */
async function machineLimit({ quick }: Bench): Promise<number> {
  const path = await textFile(32 * MiB);
  const times = quick ? 16 : 64;
  const one = await timeAlone(1, times, path);
  const two = await timeAlone(2, times, path);
  return (2 * one) / two;
}

/** Milliseconds until the last of so many processes has done its part. */
async function timeAlone(processes: number, times: number, path: string): Promise<number> {
  const program = join(import.meta.dirname, '../baselines/analyse-alone.ts');
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, [program, String(times), path], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const lines = children.map((child) => createInterface(child.stdout)[Symbol.asyncIterator]());
  for (const line of lines) await line.next();
  for (const child of children) child.stdin.write('go\n');
  return Math.max(...(await Promise.all(lines.map(async (line) => Number((await line.next()).value)))));
}

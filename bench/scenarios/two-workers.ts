import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { audit } from '../audit.ts';
import { atLeast } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem } from '../system.ts';

const run = promisify(execFile);
const MiB = 1024 ** 2;

export const twoWorkers: Scenario = {
  name: 'two-workers',
  title: 'two worker processes against one, a thread each, on files that only need the processor',
  async run(bench) {
    const [one, two] = [await rateOf(1, bench), await rateOf(2, bench)];
    const limit = await machineLimit(bench);
    bench.note(`two workers: ${(two / one).toFixed(2)} times one; two openssl: ${limit.toFixed(2)} times one`);
    // What two processes of this machine can do at all, where that is less.
    return [atLeast({ name: 'two-workers', unit: 'MB/s', value: two }, one, Math.min(1.7, limit))];
  },
};

/** MB/s of a backlog that is in the page cache, uploaded while the workers slept. */
async function rateOf(workers: number, bench: Bench): Promise<number> {
  const env = { ...bench.env, FILEMILL_WORKER_THREADS: '1', FILEMILL_LEASE_MS: '120000' };
  await using system = await FilemillSystem.start(env, ['--workers', String(workers)]);
  const load = { kind: 'large', files: bench.quick ? 24 : 64, bytes: 32 * MiB, concurrency: 4, hashed: false } as const;
  const pids = system
    .usage()
    .filter(({ name }) => name === 'worker')
    .map(({ pid }) => pid);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await system.send(load);
  const began = Date.now();
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  // To look often would cost a part of a core.
  while ((await system.completed()) < load.files) await delay(200);
  const ended = await system.query<{ at: Date }>('select max(completed_at) as at from files');
  await audit(system);
  return (load.files * load.bytes) / (Number(ended[0]?.at) - began) / 1_000;
}

/** How much more two hashing processes do than one. */
async function machineLimit({ quick }: Bench): Promise<number> {
  const path = join('/dev/shm', `filemill-bench-${process.pid}`);
  await writeFile(path, Buffer.alloc((quick ? 128 : 512) * MiB, 'x'));
  const hash = () => run('openssl', ['dgst', '-sha256', path]);
  const timeOf = async (processes: number) => {
    const began = performance.now();
    await Promise.all(Array.from({ length: processes }, hash));
    return performance.now() - began;
  };
  try {
    await hash();
    const [one, two] = [await timeOf(1), await timeOf(2)];
    return (2 * one) / two;
  } finally {
    await run('rm', ['-f', path]);
  }
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { audit } from './audit.ts';
import { type Chart, toSvg } from './chart.ts';
import type { Bench } from './scenario.ts';
import { timesByRows } from './scenarios/growth.ts';
import { latencyAt, warmUp } from './scenarios/latency.ts';
import { FilemillSystem, type Load } from './system.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Measures what docs/performance.md shows as curves, and draws them. */
export async function drawPlots(folder: string, bench: Bench): Promise<void> {
  await mkdir(folder, { recursive: true });
  const charts: Record<string, Chart> = {
    'throughput-by-size': await throughputBySize(bench),
    'latency-by-load': await latencyByLoad(bench),
    'growth-by-rows': await growthByRows(bench),
  };
  for (const [name, chart] of Object.entries(charts)) await writeFile(join(folder, `${name}.svg`), toSvg(chart));
}

async function throughputBySize({ quick, note, env }: Bench): Promise<Chart> {
  await using system = await FilemillSystem.start(env);
  const rates: [number, number][] = [];
  for (const bytes of [256, 4 * KiB, 16 * KiB, 63 * KiB, 256 * KiB, MiB, 16 * MiB]) {
    const files = Math.ceil(Math.max(8, Math.min(20_000, (512 * MiB) / bytes)) / (quick ? 10 : 1));
    const small = bytes <= 256 * KiB;
    const load: Load = { kind: small ? 'many' : 'large', files, bytes, concurrency: small ? 1_024 : 8, hashed: true };
    await system.run({ ...load, files: Math.ceil(files / 4) });
    const { ms } = await system.run(load);
    rates.push([bytes, (files * 1_000) / ms]);
    note(
      `${bytes} bytes: ${((files * 1_000) / ms).toFixed(0)} files/s, ${((files * bytes) / ms / 1_000).toFixed(0)} MB/s`,
    );
  }
  await audit(system);
  return {
    title: 'Throughput by the size of files, upload to COMPLETED',
    x: { title: 'bytes of a file', logarithmic: true },
    y: { title: 'files/s', logarithmic: true },
    series: [{ name: 'files/s', points: rates }],
  };
}

async function latencyByLoad({ quick, note, env }: Bench): Promise<Chart> {
  await using system = await FilemillSystem.start(env);
  await warmUp(system);
  const half: [number, number][] = [];
  const most: [number, number][] = [];
  for (const rate of [10, 50, 100, 200, 400, 800, 1_600]) {
    const { p50, p99 } = await latencyAt(system, rate, Math.max(100, rate * (quick ? 2 : 10)));
    half.push([rate, p50]);
    most.push([rate, p99]);
    note(`${rate} uploads a second: p50 ${p50} ms, p99 ${p99} ms`);
  }
  await audit(system);
  return {
    title: 'From the acknowledgement to COMPLETED, by load',
    x: { title: 'uploads a second', logarithmic: true },
    y: { title: 'ms' },
    series: [
      { name: 'p50', points: half },
      { name: 'p99', points: most },
    ],
  };
}

async function growthByRows(bench: Bench): Promise<Chart> {
  const sizes = bench.quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000, 5_000_000];
  const times = await timesByRows(sizes, bench);
  return {
    title: 'Time of a call by the rows in the tables',
    x: { title: 'files', logarithmic: true },
    y: { title: 'ms', logarithmic: true },
    series: [...(times[0]?.keys() ?? [])].map((name) => ({
      name,
      points: times.map((each, n) => [sizes[n] ?? 0, each.get(name) ?? 0] as const),
    })),
  };
}

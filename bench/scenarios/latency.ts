import { readFile } from 'node:fs/promises';
import { createHistogram } from 'node:perf_hooks';
import { audit } from '../audit.ts';
import { within } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { FilemillSystem } from '../system.ts';

export const latency: Scenario = {
  name: 'latency',
  title: '100 uploads of 4 KiB a second: from the acknowledgement to COMPLETED',
  async run({ quick, note, env }) {
    await using system = await FilemillSystem.start(env);
    await warmUp(system);
    const { p50, p99 } = await latencyAt(system, 100, quick ? 500 : 3_000);
    note(`p50 ${p50} ms, p99 ${p99} ms`);
    await audit(system);
    return [
      within({ name: 'latency-p50', unit: 'ms', value: p50 }, 8),
      within({ name: 'latency-p99', unit: 'ms', value: p99 }, 30),
    ];
  },
};

const paced = { kind: 'paced', bytes: 4_096, concurrency: 1, filesPerSecond: 100, hashed: true } as const;

export async function warmUp(system: FilemillSystem): Promise<void> {
  await system.run({ ...paced, kind: 'many', files: 5_000, concurrency: 64 });
  await system.run({ ...paced, files: 500 });
}

/** Milliseconds from the acknowledgement to COMPLETED, at so many uploads a second. */
export async function latencyAt(system: FilemillSystem, filesPerSecond: number, files: number) {
  const earlier = (await acknowledgements(system)).size;
  await system.run({ ...paced, filesPerSecond, files });
  const histogram = createHistogram();
  const completed = await completions(system);
  for (const [id, at] of [...(await acknowledgements(system))].slice(earlier))
    histogram.record(Math.max(1, Math.round(((completed.get(id) ?? 0) - at) * 1_000)));
  return { p50: histogram.percentile(50) / 1_000, p99: histogram.percentile(99) / 1_000 };
}

/** Unix milliseconds by id. */
async function acknowledgements({ ledger }: FilemillSystem): Promise<Map<string, number>> {
  const lines = (await readFile(ledger, 'utf8')).split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[2])]));
}

/** By the clock of the same machine; when the statement began that completed the file. */
async function completions(system: FilemillSystem): Promise<Map<string, number>> {
  const text = 'select id, extract(epoch from completed_at)::float8 * 1000 as at from files';
  return new Map((await system.query<{ id: string; at: number }>(text)).map(({ id, at }) => [id, at]));
}

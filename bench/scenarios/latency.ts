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
    const load = { kind: 'paced', bytes: 4_096, concurrency: 1, filesPerSecond: 100, hashed: true } as const;
    await system.run({ ...load, kind: 'many', files: 2_000, concurrency: 64 });
    await system.run({ ...load, files: 500 });
    const warm = (await acknowledgements(system)).size;
    await system.run({ ...load, files: quick ? 500 : 3_000 });
    const histogram = createHistogram();
    const acknowledged = [...(await acknowledgements(system))].slice(warm);
    const completed = await completions(system);
    for (const [id, at] of acknowledged)
      histogram.record(Math.max(1, Math.round(((completed.get(id) ?? 0) - at) * 1_000)));
    const percentile = (share: number) => histogram.percentile(share) / 1_000;
    note(
      `p50 ${percentile(50)} ms, p90 ${percentile(90)} ms, p99 ${percentile(99)} ms, most ${histogram.max / 1_000} ms`,
    );
    await audit(system);
    return [
      within({ name: 'latency-p50', unit: 'ms', value: percentile(50) }, 8),
      within({ name: 'latency-p99', unit: 'ms', value: percentile(99) }, 30),
    ];
  },
};

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

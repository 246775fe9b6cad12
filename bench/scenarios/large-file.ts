import { setTimeout as delay } from 'node:timers/promises';
import { audit } from '../audit.ts';
import { atLeast, type Figure, median, within } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem, type Load, SinkSystem, type System } from '../system.ts';

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;

export const largeFile: Scenario = {
  name: 'large-file',
  title: 'one 2 GiB file to its acknowledgement; memory of the services meanwhile, and with 64 files at once',
  async run(bench) {
    await using system = await FilemillSystem.start(bench.env);
    await using sink = await SinkSystem.start();
    const load: Load = {
      kind: 'large',
      files: 1,
      bytes: bench.quick ? GiB / 4 : 2 * GiB,
      concurrency: 1,
      hashed: false,
    };
    await rateOf(system, { ...load, bytes: 128 * MiB });
    await rateOf(sink, { ...load, bytes: 128 * MiB });
    const figures: Figure[] = [];
    for (const [hashed, suffix, target] of [
      [false, '', 0.9],
      [true, '-sha256', 0.8],
    ] as const) {
      const rates = { own: [] as number[], resumable: [] as number[], sink: [] as number[] };
      for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
        // With its hash on the client's side too: it is the server's part that is measured.
        rates.own.push(await rateOf(system, { ...load, hashed }));
        rates.sink.push(await rateOf(sink, { ...load, hashed }));
        await empty(system);
        rates.resumable.push(await rateOf(system, { ...load, kind: 'resumable', bytes: load.bytes / 4, hashed }));
        await empty(system);
        const each = Object.entries(rates).map(([name, of]) => `${name} ${of.at(-1)?.toFixed(0)} MB/s`);
        bench.note(`large-file${suffix}: ${each.join(', ')}`);
      }
      const [own, resumable, sinks] = [median(rates.own), median(rates.resumable), median(rates.sink)];
      figures.push(atLeast({ name: `large-file${suffix}`, unit: 'MB/s', value: own }, sinks, target));
      figures.push(atLeast({ name: `large-file-resumable${suffix}`, unit: 'MB/s', value: resumable }, sinks, target));
    }
    figures.push(within({ name: 'memory-large-file', unit: 'MiB', value: highest(bench, system) }, 200));
    await audit(system);
    figures.push(within({ name: 'memory-64-uploads', unit: 'MiB', value: await memoryOfMany(bench) }, 200));
    return figures;
  },
};

async function rateOf(system: System, load: Load): Promise<number> {
  const { report } = await system.run(load);
  return (load.files * load.bytes) / report.ms / 1_000;
}

/** Frees the disk; the ledger forgets deleted files, too. */
async function empty(system: FilemillSystem): Promise<void> {
  await system.forgetAll();
  await delay(500);
}

async function memoryOfMany(bench: Bench): Promise<number> {
  await using system = await FilemillSystem.start(bench.env);
  const bytes = (bench.quick ? 4 : 32) * MiB;
  await system.run({ kind: 'large', files: 64, bytes, concurrency: 64, hashed: true });
  await audit(system);
  return highest(bench, system);
}

/** The peak memory of the largest service. */
function highest(bench: Bench, system: FilemillSystem): number {
  const services = system
    .usage()
    .filter(({ name }) => ['upload', 'metadata', 'result', 'worker', 'web'].includes(name));
  bench.note(`peaks: ${services.map(({ name, peakMiB }) => `${name} ${peakMiB.toFixed(0)} MiB`).join(', ')}`);
  return Math.max(...services.map(({ peakMiB }) => peakMiB));
}

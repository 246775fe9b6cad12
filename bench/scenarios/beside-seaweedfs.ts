import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from '../audit.ts';
import { SeaweedFs } from '../baselines/seaweedfs.ts';
import { atLeast, median } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { FilemillSystem, removeLater } from '../system.ts';
import { smallLoad } from './small-files.ts';

export const besideSeaweedFs: Scenario = {
  name: 'beside-seaweedfs',
  title: '4 KiB files, kept durably and analysed, beside SeaweedFS that takes as many by HTTP PUT and syncs none',
  onlyWhenAsked: true,
  async run(bench) {
    const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
    removeLater(folder);
    await using seaweed = await SeaweedFs.start(folder);
    await using system = await FilemillSystem.start(bench.env);
    const load = { ...smallLoad, ...(bench.quick && { files: 2_000 }) };
    if (!bench.quick) await system.run({ ...load, files: 60_000 });
    await seaweed.put({ ...load, concurrency: 16 });
    const own: number[] = [];
    const theirs = new Map([4, 16, 64, 256].map((concurrency) => [concurrency, [] as number[]]));
    for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
      own.push((load.files / (await system.run(load)).ms) * 1_000);
      for (const [concurrency, rates] of theirs)
        rates.push((load.files / (await seaweed.put({ ...load, concurrency }))) * 1_000);
      const rates = [...theirs].map(([concurrency, of]) => `${of.at(-1)?.toFixed(0)} with ${concurrency} at a time`);
      bench.note(`${own.at(-1)?.toFixed(0)} files/s; SeaweedFS ${rates.join(', ')}`);
    }
    await audit(system);
    const best = Math.max(...[...theirs.values()].map(median));
    return [atLeast({ name: 'small-files-beside-seaweedfs', unit: 'files/s', value: median(own) }, best, 1)];
  },
};

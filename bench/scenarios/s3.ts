import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { s3StoreUrl } from '../../test/support/s3-client.ts';
import { type S3Kind, s3Credentials, s3Kinds, startS3Server } from '../../test/support/s3-server.ts';
import { audit } from '../audit.ts';
import type { PutsOptions } from '../baselines/s3-puts.ts';
import { atLeast, type Figure, median, reaching } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem, type Load } from '../system.ts';

const MiB = 1024 ** 2;
const puts = join(import.meta.dirname, '../baselines/s3-puts.ts');

export const s3: Scenario = {
  name: 's3',
  title: 'files in a bucket, beside bare PUTs by the same client to the same server',
  onlyWhenAsked: true,
  async run(bench) {
    const figures: Figure[] = [];
    for (const kind of s3Kinds) figures.push(...(await measure(bench, kind)));
    return figures;
  },
};

async function measure(bench: Bench, kind: S3Kind): Promise<Figure[]> {
  await using server = await startS3Server(kind);
  const credentials = s3Credentials(server);
  const url = s3StoreUrl(server);
  bench.note(server.server);
  await using system = await FilemillSystem.start({ ...bench.env, ...credentials, FILEMILL_STORE: url });
  const bare = async (options: Omit<PutsOptions, 'url'>) => {
    const argument = JSON.stringify({ url, ...options } satisfies PutsOptions);
    return Number((await promisify(execFile)(process.execPath, [puts, argument], { env: credentials })).stdout);
  };
  const large = await largeFile(bench, kind, system, bare);
  const small = await smallFiles(bench, kind, system, bare);
  await audit(system);
  return [large, ...small];
}

type Bare = (options: Omit<PutsOptions, 'url'>) => Promise<number>;

async function largeFile(bench: Bench, kind: S3Kind, system: FilemillSystem, bare: Bare): Promise<Figure> {
  const load: Load = {
    kind: 'large',
    files: 1,
    bytes: (bench.quick ? 64 : 1_024) * MiB,
    concurrency: 1,
    hashed: false,
  };
  const rates = { own: [] as number[], bare: [] as number[] };
  await system.run({ ...load, bytes: load.bytes / 4 });
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    rates.own.push(load.bytes / (await system.run(load)).report.ms / 1_000);
    rates.bare.push(load.bytes / (await bare({ files: 1, bytes: load.bytes, concurrency: 1 })) / 1_000);
    bench.note(`${kind}: ${rates.own.at(-1)?.toFixed(1)} MB/s, bare ${rates.bare.at(-1)?.toFixed(1)} MB/s`);
  }
  const measured = { name: `s3-large-file-${kind}`, unit: 'MB/s', value: median(rates.own) };
  return atLeast(measured, median(rates.bare), 0.8);
}

async function smallFiles(bench: Bench, kind: S3Kind, system: FilemillSystem, bare: Bare): Promise<Figure[]> {
  const load: Load = {
    kind: 'many',
    files: bench.quick ? 2_000 : 20_000,
    bytes: 4_096,
    concurrency: 1_024,
    hashed: true,
  };
  const rates = { own: [] as number[], bare: [] as number[] };
  // As in `small-files`: six processes need longer to warm up than one.
  await system.run(bench.quick ? load : { ...load, files: 60_000 });
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    rates.own.push((load.files / (await system.run(load)).ms) * 1_000);
    const files = load.files / 20;
    rates.bare.push((files / (await bare({ files, bytes: load.bytes, concurrency: 16 }))) * 1_000);
    bench.note(`${kind}: ${rates.own.at(-1)?.toFixed(0)} files/s, bare ${rates.bare.at(-1)?.toFixed(0)} PUTs/s`);
  }
  const value = median(rates.own);
  const beside = atLeast({ name: `s3-small-files-${kind}`, unit: 'files/s', value }, median(rates.bare), 5);
  return kind === 'ceph' ? [beside, reaching({ name: 's3-small-files', unit: 'files/s', value }, 3_000)] : [beside];
}
